"""JSON twins of the recipes in tests/Fixtures/merging/recipes, by PyYAML's reading of them."""
import json
import pathlib

import yaml

for path in sorted(pathlib.Path(__file__).parents[1].glob("merging/recipes/*.yaml")):
    path.with_suffix(".json").write_text(json.dumps(yaml.safe_load(path.read_text()), indent=2) + "\n")
