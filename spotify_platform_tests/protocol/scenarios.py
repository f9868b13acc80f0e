"""What can meet: runs of all kinds, objects that come late, change, vanish or come twice, and troubles."""

from spotify_platform_tests.protocol.actions import REBUILD, RUN, SILVER_GOLD
from spotify_platform_tests.protocol.content import POISON, SOURCES, Landed
from spotify_platform_tests.protocol.explorer import Scenario
from spotify_platform_tests.protocol.world import Compact, Put, Remove

FIRST = Landed("api/5", "anna", "a1")
SECOND = Landed("api/6", "anna", "a2")
EARLIER = Landed("api/1", "anna", "a3")
EXPORT = Landed("inbox/anna/e", "anna", "e1")
COPY = Landed("api/9", "anna", "a1")
OF_BOB = Landed("api/9", "bob", "a1")
POISONED = Landed("api/7", "anna", POISON)

INGEST = ("plan", *SOURCES)
OLD = (Landed("api/0", "anna", "a0"), Landed("inbox/anna/0", "anna", "e2"))
"""What is settled before a scenario starts that wants a lake with something in it."""

SCENARIOS = {
    s.name: s
    for s in (
        Scenario("run meets run", (FIRST, EXPORT), (RUN, RUN), (Put(SECOND),), OLD, troubles=2),
        Scenario("three runs", (FIRST, EXPORT), (RUN, RUN, RUN), troubles=0),
        Scenario("a daemon's workers meet the command line", (FIRST,), (INGEST, SILVER_GOLD, RUN), (Put(EXPORT),), troubles=0),
        Scenario(
            "one batch covers both sources",
            (FIRST, EXPORT),
            (("plan", "api", "records"), ("plan", "extended"), SILVER_GOLD),
        ),
        Scenario("an object comes late with an older name", (FIRST,), (RUN, RUN), (Put(EARLIER),), OLD),
        Scenario("an object changes", (FIRST,), (RUN, RUN), (Put(Landed("api/5", "anna", "a3")),), OLD),
        Scenario("an object vanishes", (FIRST, EXPORT), (RUN, RUN), (Remove("api/5"),), OLD),
        Scenario("the same bytes come under two keys", (FIRST,), (RUN, RUN), (Put(COPY),)),
        Scenario("the first of two copies vanishes", (FIRST, COPY), (RUN, RUN), (Remove("api/5"),)),
        Scenario("two users have the same bytes", (FIRST, OF_BOB), (RUN, RUN), (Put(SECOND),)),
        Scenario("all rows are bad", (Landed("api/3", "anna", "bad"),), (RUN, RUN), (Put(EXPORT),)),
        Scenario("rebuild meets run", (FIRST,), (REBUILD, RUN), (Put(EXPORT),), OLD),
        Scenario("rebuild meets rebuild and run", (FIRST,), (REBUILD, REBUILD, SILVER_GOLD), (), OLD, troubles=0),
        Scenario("compaction meets runs", (FIRST,), (RUN, RUN), (Compact("records"), Compact("facts")), OLD),
        Scenario("nothing is new", (), (RUN, REBUILD), (Put(Landed("api/8", "anna", "a0")),), OLD),
    )
}

POISON_SCENARIOS = {
    s.name: s
    for s in (
        Scenario("a poisoned object lies among sound ones", (FIRST, POISONED), (INGEST, INGEST, INGEST), (Put(SECOND),)),
        Scenario("a batch has failed three times", (FIRST, POISONED), (RUN, RUN), (Put(SECOND),), failed=3),
    )
}
"""Their rules need `poison=True`."""

GONE_AND_BACK = Scenario("an object vanishes and comes back", (FIRST,), (RUN, RUN), (Remove("api/5"), Put(FIRST)))
DROP_SILVER = Scenario("a rebuild that drops Silver meets a run", (FIRST,), (("drop silver", "records", "plays"), RUN), (), OLD)
DROP_GOLD = Scenario("a rebuild that drops Gold meets a run", (FIRST,), (("drop gold", "gold"), RUN), (), OLD)
