"""What programs made of our files is kept by program and net, and the page shows all of it."""

from __future__ import annotations

from pathlib import Path

import client_table
import clients
from client_runs import Verdict

HEAD = "client\tnet\tversion\tday\tresult\tweights\toutputs\n"


def line(client: str, net: str, verdict: Verdict) -> client_table.Seen:
    return client_table.seen(client, "1.0", "2026-01-01", net, verdict)


FAR = Verdict(equal=8, of=8, differences={"prob": 0.5})
NEAR = Verdict(equal=8, of=8, differences={"prob": 9e-7})


def test_a_run_on_a_part_leaves_what_was_seen_of_others(tmp_path: Path) -> None:
    path = tmp_path / "seen.tsv"
    path.write_text(HEAD)
    client_table.add(path, [line("ncnn", "lenet", FAR), line("mnn", "lenet", NEAR)])
    client_table.add(path, [line("ncnn", "lenet", NEAR), line("ncnn", "alexnet", NEAR)])
    found = {(each.client, each.net): each.result for each in client_table.read(path)}
    assert found == {
        ("ncnn", "lenet"): "equal",
        ("mnn", "lenet"): "equal",
        ("ncnn", "alexnet"): "equal",
    }


def test_a_row_tells_what_is_equal_and_the_reasons_of_the_rest() -> None:
    refused = Verdict(refused="no such\nlayer | type")
    lines = [
        line("ncnn", "a", NEAR),
        line("ncnn", "b", NEAR),
        line("ncnn", "c", FAR),
        line("ncnn", "d", FAR),
        line("ncnn", "e", refused),
        line("ncnn", "f", Verdict(equal=7, of=8)),
    ]
    *_, row = client_table.table(lines, {"ncnn": {"d": "It rounds."}}, ["ncnn"])
    others = (
        "c: differs by 5e-01<br>d: It rounds.<br>e: no such layer / type<br>f: has 7 of 8 blobs"
    )
    assert row == f"| ncnn 1.0 | a, b | 16 of 16 | 9e-07 | {others} |"


def test_nets_with_one_reason_are_told_together() -> None:
    lines = [line("mnn", net, FAR) for net in ("a_float64", "b", "c_float64")]
    reasons = {"mnn": {"*_float64": "It reads no float64.", "b": "It rounds."}}
    *_, row = client_table.table(lines, reasons, ["mnn"])
    assert row.endswith("| a_float64, c_float64: It reads no float64.<br>b: It rounds. |")


def test_a_net_s_own_reason_comes_before_that_of_a_pattern() -> None:
    reasons = {"mnn": {"*_float64": "It reads no float64.", "a_float64": "It rounds."}}
    assert client_table.reason(line("mnn", "a_float64", FAR), reasons) == "It rounds."
    assert client_table.reason(line("ncnn", "a_float64", FAR), reasons) == ""


def test_the_page_shows_what_was_seen() -> None:
    page = (clients.ROOT / "docs" / "clients.md").read_text()
    shown = page.partition(clients.MARKS[0])[2].partition(clients.MARKS[1])[0]
    seen = client_table.read(client_table.SEEN)
    names = [client.name for client in clients.CLIENTS]
    rows = client_table.table(seen, clients.REVIEWED, names)
    assert "".join(f"{row}\n" for row in rows) == shown
