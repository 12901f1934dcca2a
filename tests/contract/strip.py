#!/usr/bin/env python3
"""Makes github-actions.openapi.json: reads an OpenAPI 3.0 description on standard input and writes it without
its prose (descriptions, summaries, examples, tags, vendor extensions), which the tests do not need. It changes no
rule of the description.

    python3 strip.py <DESCRIPTION.json >github-actions.openapi.json
"""
import json
import sys

PROSE = {"description", "summary", "example", "examples", "tags", "title", "default"}
NAMES = {"properties", "schemas", "responses", "headers", "parameters", "paths"}
"""Below these the keys are names of the described API, not words of OpenAPI."""


def is_prose(key):
    return key in PROSE or key.startswith("x-")


def strip(value, keys_are_names=False):
    if isinstance(value, list):
        return [strip(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: strip(item, key in NAMES and not keys_are_names)
        for key, item in value.items()
        if keys_are_names or not is_prose(key)
    }


def main():
    whole = json.load(sys.stdin)
    kept = strip({key: whole[key] for key in ("openapi", "paths", "components")})
    kept["components"].pop("examples", None)
    info = {key: whole["info"][key] for key in ("title", "version", "license")}
    json.dump({"openapi": kept.pop("openapi"), "info": info, **kept}, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


main()
