"""The queue: every link ends once, no site is asked too often, and a dead network costs nothing."""

from __future__ import annotations

import csv
import io
import itertools
import time
from types import SimpleNamespace

import pytest

from tests.simulators.scripted import Scripted
from witnesskit.actions import queue as queues
from witnesskit.actions import queue_results, queue_store
from witnesskit.actions.queue_add import Said, add_links, queue_add
from witnesskit.actions.queue_results import DESK_COLUMNS, FIELD_COLUMNS, results, write_results
from witnesskit.actions.queue_run import RunWish, run_queue
from witnesskit.actions.queue_store import MemoryFiles, Queue
from witnesskit.errors.cli import OutputExists
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.queue import NoSuchJob, QueueFull
from witnesskit.errors.vault import BadSealedFile, NotWithoutPassphrase
from witnesskit.formats.link_list import read_links
from witnesskit.formats.queue_record import DONE, GAVE_UP, WAITING, Job, dump_segment, parse_segment
from witnesskit.limits import HOST_BACKOFF, QUEUE_ATTEMPTS_MAX, QUEUE_SEGMENT
from witnesskit.model import Outcome

HERE = Said(allow_local=False)


class Watch:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.saved, self.jobs = [], []

    def progress(self, done, whole) -> None: ...

    def item(self, saved) -> None: ...

    def refused(self, error) -> None: ...

    def known(self) -> None: ...

    def began(self, job) -> None: ...

    def pausing(self, seconds) -> None: ...

    def ended(self, job, saved) -> None:
        self.jobs.append(job)
        self.saved.append(saved)


def listed(*urls: str):
    return read_links("".join(f"{url}\n" for url in urls).encode())


def sites(*names: str, count: int = 1) -> list[str]:
    return [f"https://{name}.example/{number}" for number in range(count) for name in names]


def filled(*urls: str, said: Said = HERE) -> Queue:
    queue = Queue(MemoryFiles())
    add_links(queue, listed(*urls), said)
    return queue


@pytest.fixture
def session(stage):
    from tests.actions.stage import Device

    with Device(stage.folder / "a").session() as opened:
        yield opened


def ran(session, queue, worker, **wish):
    return run_queue(session, queue, worker, RunWish(pace=worker.clock.pace(), **wish), Watch())


def started(worker, watch=None) -> queues.Started:
    return queues.Started(worker, watch or Watch(), worker.clock.pace())


def states(queue) -> list[str]:
    return [job.state for _number, job in sorted(queue.jobs.items())]


def test_every_row_of_a_list_is_counted_once():
    queue = Queue(MemoryFiles())
    text = "link;note\nhttps://a.example/1;x\n;nothing\nhttps://a.example/1;again\nftp://a.example;\nHTTPS://A.example/1;\n"
    added = add_links(queue, read_links(text.encode()), HERE)
    assert added.counts() == {"in": 5, "queued": 1, "duplicate": 2, "refused": 1, "empty": 1}
    assert [row for row, _why in added.refused] == [5]
    again = add_links(queue, read_links(text.encode()), HERE).counts()
    assert again == {"in": 5, "queued": 0, "duplicate": 3, "refused": 1, "empty": 1}
    assert len(queue.jobs) == 1


def test_a_row_says_more_than_the_whole_list():
    queue = Queue(MemoryFiles())
    text = "link,priority,country,tags\nhttps://a.example/1,urgent,,viral\nhttps://a.example/2,,KGZ,\n"
    add_links(queue, read_links(text.encode()), Said("later", "KAZ", ("live",)))
    first, second = queue.of(WAITING)
    assert (first.priority, first.country, first.flags) == ("urgent", "KAZ", ("viral", "live"))
    assert (second.priority, second.country, second.flags) == ("later", "KGZ", ("live",))


def test_a_queue_that_is_full_takes_nothing_of_a_list(monkeypatch):
    from witnesskit.actions import queue_add as module

    monkeypatch.setattr(module, "QUEUE_JOBS_MAX", 2)
    queue = Queue(MemoryFiles())
    with pytest.raises(QueueFull):
        add_links(queue, listed(*sites("a", count=3)), HERE)
    assert queue.jobs == {}


def test_what_is_stored_is_read_again_in_segments():
    files = MemoryFiles()
    queue = Queue(files)
    add_links(queue, listed(*sites("a", count=3 * QUEUE_SEGMENT)), HERE)
    assert len(files.names()) == 4
    assert Queue(files).jobs == queue.jobs
    queue.drop(range(1, QUEUE_SEGMENT))
    assert len(files.names()) == 3
    assert Queue(files).jobs == queue.jobs


def test_one_change_writes_one_segment():
    class Counting(MemoryFiles):
        written = ()

        def write(self, name, content):
            self.written = (*self.written, name)
            super().write(name, content)

    files = Counting()
    queue = Queue(files)
    add_links(queue, listed(*sites("a", count=4 * QUEUE_SEGMENT)), HERE)
    files.written = ()
    queue.put(queue.jobs[QUEUE_SEGMENT + 5])
    assert files.written == ("queue-000001",)


@pytest.mark.parametrize(
    "change", [b"", b"{", b'{"format":"witnesskit.queue/1","jobs":[{}]}', b'{"format":"x","jobs":[]}', b"[]"]
)
def test_a_damaged_segment_is_refused(change):
    with pytest.raises(BadSealedFile):
        parse_segment(change, "queue-000000")


def test_a_later_form_is_told_as_that():
    with pytest.raises(NewerFormat):
        parse_segment(dump_segment([]).replace(b"queue/1", b"queue/2"), "queue-000000")


def test_a_job_of_another_segment_is_damage():
    files = MemoryFiles()
    queue = filled(*sites("a"))
    files.write("queue-000007", dump_segment(queue.jobs.values()))
    with pytest.raises(BadSealedFile):
        Queue(files)


def test_one_site_waits_and_another_is_asked_in_between(session):
    queue = filled("https://a.example/1", "https://a.example/2", "https://b.example/1")
    worker = Scripted()
    ran(session, queue, worker)
    assert [url[8:] for url in worker.order] == ["a.example/1", "b.example/1", "a.example/2"]
    assert worker.asked[2][1] - worker.asked[0][1] >= 2
    assert worker.asked[1][1] == worker.asked[0][1]
    assert states(queue) == [DONE] * 3


def test_the_interval_has_jitter_and_counts_from_the_end_of_a_capture(session):
    for chance, least in ((0.0, 1.0), (1.0, 3.0)):
        worker = Scripted(takes=10)
        queue = filled(*sites("a", count=2))
        run_queue(session, queue, worker, RunWish(pace=worker.clock.pace(chance=chance)), Watch())
        (_one, first), (_two, second) = worker.asked
        assert 10 + least <= second - first <= 10 + least + 1


def test_the_most_urgent_is_first_and_a_near_deadline_is_urgent(session):
    soon = time.strftime("%Y-%m-%d", time.gmtime(1_800_000_000 + 86_400))
    text = "link,priority,deadline\nhttps://a.example/,later,\nhttps://b.example/,,\nhttps://c.example/,urgent,\nhttps://d.example/,,{}\n"
    queue = Queue(MemoryFiles())
    add_links(queue, read_links(text.format(soon).encode()), HERE)
    worker = Scripted()
    ran(session, queue, worker)
    assert [url[8] for url in worker.order] == ["c", "d", "b", "a"]


def test_a_site_that_wants_patience_is_left_alone_as_long_as_it_asks(session):
    queue = filled("https://a.example/1", "https://a.example/2", "https://b.example/1")
    worker = Scripted(answers={"a.example/1": [Outcome.RATE_LIMITED, Outcome.REMOVED]}, retry_after=120)
    done = ran(session, queue, worker)
    times = {}
    for url, at in worker.asked:
        times.setdefault(url, []).append(at)
    assert times["https://b.example/1"][0] == times["https://a.example/1"][0]
    assert times["https://a.example/2"][0] >= times["https://a.example/1"][0] + 120
    assert (states(queue), done.stopped) == ([DONE] * 3, "")


def test_patience_longer_than_a_run_ends_it_and_holds_for_the_next(session):
    queue = filled("https://a.example/1", "https://a.example/2")
    worker = Scripted(answers={"a.example/1": [Outcome.RATE_LIMITED, Outcome.REMOVED]}, retry_after=7200)
    done = ran(session, queue, worker)
    assert (done.stopped, states(queue), worker.clock.slept) == ("later", [WAITING] * 2, 0)
    assert done.next_in >= 7000
    assert ran(session, queue, worker).attempts == 0
    worker.clock.now += 7201
    assert ran(session, queue, worker).attempts == 2
    assert states(queue) == [DONE] * 2


def test_a_refusal_doubles_the_wait_until_it_is_given_up(session):
    queue = filled("https://a.example/1")
    worker = Scripted(answers={"a": [Outcome.BLOCKED]})
    while queue.of(WAITING):
        ran(session, queue, worker)
        worker.clock.now += 600
    waits = [later - earlier for (_a, earlier), (_b, later) in itertools.pairwise(worker.asked)]
    assert len(worker.asked) == QUEUE_ATTEMPTS_MAX
    assert all(wait >= HOST_BACKOFF * 2**number for number, wait in enumerate(waits))
    assert (states(queue), queue.jobs[1].outcome) == ([GAVE_UP], "blocked")
    again = add_links(queue, listed("https://a.example/1"), HERE)
    assert (again.queued, states(queue), queue.jobs[1].tries) == ([1], [WAITING], 0)


def test_a_dead_network_stops_the_run_and_costs_no_attempt(session):
    queue = filled(*sites("a", "b", "c", "d", "e", count=20))
    worker = Scripted(answers={"": [Outcome.NETWORK_DOWN]})
    done = ran(session, queue, worker)
    assert (done.stopped, done.answered, len(worker.asked)) == ("network", False, 3)
    assert {job.tries for job in queue.jobs.values()} == {0}
    assert states(queue) == [WAITING] * 100
    worker.answers.clear()
    assert ran(session, queue, worker, limit=5).attempts == 5


def test_a_dead_proxy_stops_at_once(session):
    queue = filled(*sites("a", "b", "c", "d"))
    worker = Scripted(answers={"": [Outcome.PROXY_DOWN]})
    assert ran(session, queue, worker).stopped == "network"
    assert len(worker.asked) == 1
    assert queue.jobs[1].tries == 0


def test_a_network_that_dies_on_the_way_costs_nothing_either(session):
    queue = filled(*sites("a", "b", "c", "d", "e", "f"))
    worker = Scripted(answers={name: [Outcome.DNS] for name in ("c.", "d.", "e.", "f.")})
    done = ran(session, queue, worker)
    assert (done.stopped, done.answered) == ("network", True)
    assert [job.tries for job in queue.jobs.values()] == [1, 1, 0, 0, 0, 0]


def test_one_silent_site_among_living_ones_is_given_up_in_the_end(session):
    queue = filled("https://a.example/1", "https://dead.example/1", *sites("b", count=9))
    worker = Scripted(answers={"dead": [Outcome.REFUSED]})
    for _ in range(20):
        ran(session, queue, worker, limit=3)
        worker.clock.now += 7 * 3600
        if not queue.of(WAITING):
            break
        add_links(queue, listed(f"https://c.example/{worker.clock.now}"), HERE)
    assert queue.jobs[2].state == GAVE_UP


def test_limit_and_time_leave_the_rest_waiting(session):
    queue = filled(*sites("a", "b", "c", "d"))
    worker = Scripted(takes=50)
    assert ran(session, queue, worker, limit=1).stopped == "limit"
    assert ran(session, queue, worker, seconds=60).stopped == "time"
    assert states(queue).count(DONE) == 3


def test_an_address_of_this_computer_waits_until_it_is_allowed(session):
    queue = filled("http://127.0.0.1:9/x", "https://a.example/", said=Said(allow_local=True))
    done = ran(session, queue, Scripted())
    assert (done.refused, states(queue)) == ((1,), [WAITING, DONE])
    assert ran(session, queue, Scripted(), allow_local=True).attempts == 1


def test_a_clock_that_was_set_back_keeps_nothing_waiting_for_years(session):
    queue = filled("https://a.example/1")
    worker = Scripted(answers={"a": [Outcome.BLOCKED, Outcome.REMOVED]})
    ran(session, queue, worker, limit=1)
    worker.clock.now -= 10 * 365 * 86_400
    assert ran(session, queue, worker).attempts == 1


def test_ctrl_c_counts_for_nothing_and_the_link_waits(session):
    queue = filled(*sites("a", "b"))

    def broken_off(_url):
        raise KeyboardInterrupt

    worker = Scripted(before=broken_off)
    done = ran(session, queue, worker)
    assert (done.stopped, states(queue), queue.jobs[1].tries) == ("interrupted", [WAITING] * 2, 0)
    assert queue.jobs[1].attempts[0].rule == "interrupted"
    worker.before = lambda _url: None
    ran(session, queue, worker)
    assert states(queue) == [DONE] * 2


def test_a_device_without_a_passphrase_keeps_no_link(stage):
    from tests.actions.stage import Device

    device = Device(stage.folder / "a")
    with pytest.raises(NotWithoutPassphrase):
        queue_add(device.vault, "", listed(*sites("a")), HERE)
    assert not (device.folder / "sealed").exists()


def test_without_a_passphrase_a_list_is_saved_from_memory_each_link_once(stage):
    from tests.actions.stage import Device

    device = Device(stage.folder / "a")
    links = read_links(b"link\nhttps://a.example/1\nhttps://b.example/1\n\nhttps://a.example/1\nmailto:x\n")
    worker = Scripted(answers={"a.": [Outcome.DNS]})
    watch = Watch()
    added, done = queues.archive_list(device.vault, links, HERE, "", started(worker, watch))
    counts = queues.counts_of(done.jobs)
    assert {name: count for name, count in counts.items() if count} == {"dns": 1, "removed": 1}
    assert (added.duplicate, len(added.refused), len(watch.saved)) == (1, 1, 2)
    assert not (device.folder / "sealed").exists()


@pytest.fixture
def desk_queue(stage):
    queue_add(stage.desk, stage.passphrase, listed(*sites("a", "b")), HERE)
    return stage


def test_a_desk_keeps_its_queue_sealed(desk_queue):
    shown = queues.show(desk_queue.desk, desk_queue.passphrase)
    assert [job.url for job in shown.jobs] == sites("a", "b")
    sealed = b"".join(path.read_bytes() for path in (desk_queue.desk.path / "sealed").iterdir())
    assert b"example" not in sealed


def test_a_list_that_is_given_again_goes_on_where_it_was(desk_queue):
    worker = Scripted()
    added, done = queues.archive_list(
        desk_queue.desk, listed(*sites("a", "b", "c")), HERE, desk_queue.passphrase, started(worker)
    )
    assert (added.waiting, added.queued) == ([1, 2], [3])
    assert [job.state for job in done.jobs] == [DONE] * 3
    added, done = queues.archive_list(
        desk_queue.desk, listed(*sites("a", "b", "c")), HERE, desk_queue.passphrase, started(worker)
    )
    assert (added.duplicate, done.jobs, len(worker.asked)) == (3, (), 3)


def test_links_are_dropped_by_their_ids(desk_queue):
    first = queues.show(desk_queue.desk, desk_queue.passphrase).jobs[0]
    with pytest.raises(NoSuchJob):
        queues.drop(desk_queue.desk, desk_queue.passphrase, [first.short, "zzzz"], done=False, everything=False)
    assert queues.drop(desk_queue.desk, desk_queue.passphrase, [first.short], done=False, everything=False) == 1
    assert [job.number for job in queues.show(desk_queue.desk, desk_queue.passphrase).jobs] == [2]


def test_results_have_the_sheets_columns_at_a_desk(desk_queue, tmp_path):
    with queues.open_queue(desk_queue.desk, desk_queue.passphrase) as (session, queue):
        worker = Scripted(answers={"b.": [Outcome.DNS]})
        run_queue(session, queue, worker, RunWish(pace=worker.clock.pace()), Watch())
        jobs = [job for _number, job in sorted(queue.jobs.items())]
        assert write_results(session, jobs, tmp_path / "out.csv") == 2
        with pytest.raises(OutputExists):
            write_results(session, jobs, tmp_path / "out.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8-sig"))))
    assert tuple(rows[0]) == DESK_COLUMNS
    assert [row["link"] for row in rows] == sites("a", "b")
    assert [row["archive status"] for row in rows] == ["nothing saved: removed", "waiting"]
    assert [row["screenshot"] for row in rows] == ["", ""]


def test_results_name_the_pictures_by_their_digests(monkeypatch):
    media = [{"role": "original", "sha256": "1" * 64}, {"role": "thumbnail", "sha256": "2" * 64}]
    capture = {"media": media, "screenshot": {"sha256": "3" * 64}, "html": {}}
    monkeypatch.setattr(queue_results, "_record", lambda *_: {"capture": capture, "source": {}, "times": {}})
    cells = queue_results._of_desk(None, Job(1, "a" * 32, "https://a.example", 1, "b", 1, item="c" * 32))
    assert [cells[name][:9] for name in ("hash", "thumbnail", "screenshot")] == [
        "SHA-256:1",
        "SHA-256:2",
        "SHA-256:3",
    ]
    assert cells["wacz"].startswith("witnesskit export --format wacz ")


def test_results_of_a_device_hold_nothing_telling(session):
    queue = filled(*sites("a", "b"))
    ran(session, queue, Scripted())
    rows = list(csv.reader(io.StringIO(results(session, queue.of(DONE)))))
    assert rows[0] == list(FIELD_COLUMNS)
    assert [row[:2] for row in rows[1:]] == [["1", "removed"], ["2", "removed"]]
    assert "example" not in str(rows)


@pytest.mark.parametrize(
    "text", ["=1+1", "+7", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "\u200b=1", "a;=1", "a\n=1"]
)
def test_no_cell_of_the_results_is_a_formula(text, monkeypatch):
    monkeypatch.setattr(queue_results, "_record", lambda *_: {"source": {"title": text}})
    job = Job(1, "a" * 32, "https://a.example/=1", 1, "b", 1, item="c" * 32)
    told = results(SimpleNamespace(keyring=object()), [job])
    (row,) = csv.DictReader(io.StringIO(told, newline=""))
    assert row["upload title"] != text
    assert row["upload title"].replace("'", "") == text
    assert row["link"] == "https://a.example/=1"


def test_counts_of_jobs_add_up(session):
    queue = filled(*sites("a", "b", "c", "d"))
    worker = Scripted(answers={"b.": [Outcome.LOGIN], "c.": [Outcome.BLOCKED]})
    ran(session, queue, worker, limit=3)
    counts = queues.counts_of(queue.jobs.values())
    assert sum(counts.values()) == 4
    assert (counts["removed"], counts["login"], counts["waiting"]) == (1, 1, 2)


def test_the_name_of_the_running_file_is_no_segment():
    files = MemoryFiles()
    files.write(queue_store.NOW, b"anything")
    assert Queue(files).jobs == {}


def test_children_that_wait_are_ended_and_leave_nothing(session):
    """Links without media use none of them: the first is there for the next link, and at the end none is left."""
    queue = filled(*sites("a", "b", "c"))
    seen = []
    worker = Scripted()
    worker.before = lambda _url: seen.append(sorted(path.name for path in session.vault.work.glob(".part-spare-*")))
    ran(session, queue, worker)
    assert [len(names) for names in seen] == [2, 2, 2]
    assert seen[0] == seen[1] == seen[2]
    assert not list(session.vault.work.glob(".part-spare-*"))
