"""`replenish connect tryton` where no Tryton answers: what is refused, in which words."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.ports import IncomingKind
from service.bootstrap import build
from service.context import ServiceContext
from service.settings import Settings
from service.sync.secret_files import Secret, SecretFiles
from service.sync.tables import ConnectionRow
from tests.service.builders_feeds import stored

Replenish = Callable[..., str]
SPELL = "hünter 2"


@pytest.fixture
def context(database_url: str, tmp_path: Path) -> Iterator[ServiceContext]:
    """The service as bootstrap builds it."""
    built = build(Settings(data_dir=tmp_path, database_url=database_url))
    yield built
    built.outside.close()
    built.database.close()


@pytest.fixture
def connect(context: ServiceContext, replenish: Replenish, tmp_path: Path) -> Replenish:
    """The command with options that are right but for what a test changes; it always fails."""
    password = tmp_path / "password"
    password.write_text(f"{SPELL}\n", encoding="utf-8")
    usual = {
        "--role": "erp",
        "--url": f"http://127.0.0.1:{_closed_port()}",
        "--database": "tryton",
        "--login": "pegline",
        "--password-file": str(password),
    }

    def run(name: str = "erp", **changes: str) -> str:
        told = usual | {f"--{option.replace('_', '-')}": value for option, value in changes.items()}
        options = [part for pair in told.items() if pair[1] for part in pair]
        said = replenish("connect", "tryton", name, "--yes", *options, code=1)
        assert stored(context, ConnectionRow) == []
        assert SecretFiles(context.settings.secrets_dir).read(name, Secret.TOKEN) == ()
        assert "hünter" not in said
        return said

    return run


def _closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_server_that_is_down_is_not_connected(connect: Replenish) -> None:
    said = connect()
    assert "It does not answer" in said
    assert "erp was not connected; nothing was stored." in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "http://erp.example"}, "--url is not encrypted; write https, or set --allow-pl"),
        ({"database": "a/b"}, "database: the name of a database has letters"),
        ({"login": "a:b"}, "a login with a colon"),
        ({"read": IncomingKind.DEMAND_SIGNALS}, "does not tell demand_signals"),
        ({"read": IncomingKind.SUPPLIER_CONDITIONS}, "Tryton has no supplier_conditions to read"),
        ({"password_file": ""}, "Give --password-file, or set REPLENISH_SECRET_ERP_TOKEN."),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_asked(
    connect: Replenish, changes: dict[str, str], words: str
) -> None:
    assert words in connect(**changes)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"one\ntwo\n", b" leading", b"\xff\xfe", b"a\x07b"]
)
def test_a_file_that_holds_no_password_is_refused(
    connect: Replenish, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "wrong").write_bytes(content)
    said = connect(password_file=str(tmp_path / "wrong"))
    assert "does not hold one password" in said


def test_a_password_from_the_environment_is_kept_there(
    context: ServiceContext, replenish: Replenish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLENISH_SECRET_OUR_ERP_TOKEN", SPELL)
    where = ("--url", f"http://127.0.0.1:{_closed_port()}", "--database", "tryton")
    options = ("--role", "erp", *where, "--login", "pegline", "--yes")
    assert "does not answer" in replenish("connect", "tryton", "our-erp", *options, code=1)
    assert not context.settings.secrets_dir.exists()
