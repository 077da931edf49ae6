"""The package beside these tests is what they install, not tests."""

collect_ignore = ["package"]
