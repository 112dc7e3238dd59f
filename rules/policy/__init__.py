"""Decision tables as data: parsed, hashed, evaluated, explained."""
