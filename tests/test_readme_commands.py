from pathlib import Path

from tests.readme_commands import Command, commands_of, missing_output
from tests.shell import fresh_environment, run_all

DOCUMENT = """
# Sample

```sh
NAME=world
echo "hello $NAME"
```

<!-- long: covered elsewhere -->
```sh
sleep 1000
```

```python
print("not a command")
```

```console
$ echo "again $NAME"
again world
$ printf 'one\\n  two   words\\nthree\\n' |
> cat
one
two ...
```
"""


def test_every_block_becomes_a_command_with_its_line() -> None:
    assert commands_of(DOCUMENT) == [
        Command(5, 'NAME=world\necho "hello $NAME"'),
        Command(11, "sleep 1000", long=True),
        Command(19, 'echo "again $NAME"', ("again world",)),
        Command(21, "printf 'one\\n  two   words\\nthree\\n' |\ncat", ("one", "two ...")),
    ]


def test_commands_share_a_shell_and_print_what_is_promised(tmp_path: Path) -> None:
    short = [command for command in commands_of(DOCUMENT) if not command.long]
    ran = run_all(short, tmp_path, fresh_environment())
    assert [step.code for step in ran] == [0, 0, 0]
    assert ran[0].printed == "hello world\n"
    assert [missing_output(step.command.expected, step.printed) for step in ran] == [None] * 3


def test_the_first_failure_ends_it_and_is_named(tmp_path: Path) -> None:
    commands = [Command(1, "true"), Command(2, "false | cat\necho on"), Command(3, "true")]
    ran = run_all(commands, tmp_path, fresh_environment())
    assert [step.code for step in ran] == [0, 1, None]


def test_output_must_appear_in_order() -> None:
    assert missing_output(("b", "a"), "a\nb\n") == "a"
    assert missing_output(("a", "...", "c"), "a\nb\nc\n") is None
    assert missing_output(("rules ... ok ... ours",), "package\nrules  ok  ours") is None
    assert missing_output(("total ... EUR",), "total  480 USD") == "total ... EUR"
