"""Every interleaving of a scenario: all runs, all events and all troubles, at every instruction, each state once.

A state is the shared world, where each run stands (its action and the answers that action has got so far), the events
that are still to come and the troubles that may still strike. States with equal futures are one, so the number of
schedules is counted over the graph of states and not by walking them one by one.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from spotify_platform_tests.protocol.actions import ACTIONS, RUN
from spotify_platform_tests.protocol.content import Landed
from spotify_platform_tests.protocol.delta import Commit, make
from spotify_platform_tests.protocol.laws import broken_at_rest, broken_now
from spotify_platform_tests.protocol.model import AGAIN, FAILED, TABLES, Rules
from spotify_platform_tests.protocol.world import CONFLICT, World, answered, happened

MOST_RUNS = 9
"""Runs within which a lake comes to rest: three for a batch that fails, and those that find nothing left to do."""


class Run(NamedTuple):
    """Where a run stands: the place of its action, and the answers that action has got."""

    place: int
    answers: tuple[Any, ...]


class State(NamedTuple):
    """All that decides what can happen next. A run that is over or dead is None."""

    world: World
    runs: tuple[Run | None, ...]
    events: frozenset[Any]
    troubles: int


@dataclass(frozen=True)
class Scenario:
    """What lies there and is settled `before`, what has just landed, who runs, what happens meanwhile."""

    name: str
    landed: tuple[Landed, ...]
    runs: tuple[tuple[str, ...], ...]
    events: tuple[Any, ...] = ()
    before: tuple[Landed, ...] = ()
    troubles: int = 1
    failed: int = 0
    """Runs that have failed on what has landed."""


@dataclass
class Explored:
    """What an exploration came to; `broken` has the shortest schedule that breaks each law."""

    states: int = 0
    schedules: int = 0
    broken: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Explorer:
    """Explores one scenario under one set of rules."""

    def __init__(self, scenario: Scenario, rules: Rules) -> None:
        self.scenario = scenario
        self.rules = rules
        self._requests: dict[tuple[str, tuple[Any, ...]], Any] = {}
        self._verdicts: dict[World, tuple[str, ...]] = {}

    def explore(self, *, until: str | None = None) -> Explored:
        """Visit every state in the order of its distance from the start, or until a law is seen to break."""
        start = self._start()
        came_from: dict[State, tuple[State, str] | None] = {start: None}
        next_of: dict[State, list[State]] = {}
        found = Explored()
        queue = deque([start])
        while queue:
            state = queue.popleft()
            for law in self._verdict(state):
                found.broken.setdefault(law, _trace(came_from, state))
            if until in found.broken:
                return found
            next_of[state] = []
            for label, successor in self._successors(state):
                next_of[state].append(successor)
                if successor not in came_from:
                    came_from[successor] = (state, label)
                    queue.append(successor)
        found.states = len(came_from)
        found.schedules = _paths(start, next_of)
        return found

    def _start(self) -> State:
        empty = tuple(make(name) for name in TABLES)
        world, _ = self._settle(World(frozenset(self.scenario.before), empty))
        world = world._replace(landing=world.landing | frozenset(self.scenario.landed))
        for _ in range(self.scenario.failed):
            world = self._quiet_run(world)
        runs = tuple(Run(0, ()) for _ in self.scenario.runs)
        return State(world, runs, frozenset(self.scenario.events), self.scenario.troubles)

    def _verdict(self, state: State) -> tuple[str, ...]:
        """Laws broken now, and, where no run is left, those that a recovery run cannot mend."""
        broken = self._verdicts.get(state.world)
        if broken is None:
            broken = self._verdicts[state.world] = tuple(broken_now(state.world, self.rules))
        if any(run is not None for run in state.runs):
            return broken
        return broken + self._settle(state.world)[1]

    def _settle(self, world: World) -> tuple[World, tuple[str, ...]]:
        """The lake after as many quiet runs as find something to do, and the laws it breaks then."""
        for _ in range(MOST_RUNS):
            before, world = world, self._quiet_run(world)
            if world == before:
                return world, (*broken_now(world, self.rules), *broken_at_rest(world))
        return world, ("at rest: the lake never comes to rest",)

    def _quiet_run(self, world: World) -> World:
        """The lake after a run that nothing disturbs."""
        run: Run | None = Run(0, ())
        while run is not None and run.place < len(RUN):
            world, run, _ = self._step(world, RUN, run)
        return world

    def _successors(self, state: State) -> Iterator[tuple[str, State]]:
        for i, run in enumerate(state.runs):
            if run is None:
                continue
            actions = self.scenario.runs[i]
            name = f"{'ABC'[i]} {actions[run.place]}"
            world, after, what = self._step(state.world, actions, run)
            after = None if after is None or after.place == len(actions) else after
            yield f"{name}: {what}", _moved(state, i, world, after)
            if not state.troubles:
                continue
            yield f"{name}: killed", _moved(state, i, state.world, None)._replace(troubles=state.troubles - 1)
            if what.startswith("commit") and after is not None:
                # It was committed, but the answer is lost: that is treated as a conflict.
                begun = Run(run.place, ())
                yield (
                    f"{name}: {what}, answer lost",
                    _moved(state, i, world, begun)._replace(troubles=state.troubles - 1),
                )
        for event in state.events:
            yield str(event), state._replace(world=happened(state.world, event), events=state.events - {event})

    def _step(self, world: World, actions: tuple[str, ...], run: Run) -> tuple[World, Run | None, str]:
        """One request of one run: the world after it, where the run stands then (None: it is over), what it did."""
        request = self._request(actions[run.place], run.answers)
        what = type(request).__name__.lower()
        world, answer = answered(world, request)
        if isinstance(request, Commit):
            what = f"commit {request.table} at {request.holds}"
        if answer is CONFLICT:
            what = f"conflict on {request.table}"
            if self.rules.begin_again:
                return world, Run(run.place, ()), what
            answer = None
        answers = (*run.answers, answer)
        following = self._request(actions[run.place], answers)
        if following == FAILED:
            return world, None, f"{what}, failed"
        if not isinstance(following, str):
            return world, Run(run.place, answers), what
        return world, Run(run.place + (following != AGAIN), ()), what

    def _request(self, action: str, answers: tuple[Any, ...]) -> Any:
        """What an action asks for after these answers; its end, as text, where it asks for nothing more."""
        known = self._requests.get((action, answers))
        if known is None:
            steps = ACTIONS[action](self.rules)
            try:
                known = next(steps)
                for answer in answers:
                    known = steps.send(answer)
            except StopIteration as end:
                known = end.value
            self._requests[action, answers] = known
        return known


def _moved(state: State, i: int, world: World, run: Run | None) -> State:
    return state._replace(world=world, runs=(*state.runs[:i], run, *state.runs[i + 1 :]))


def _trace(came_from: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    labels = []
    step = came_from[state]
    while step is not None:
        labels.append(step[1])
        step = came_from[step[0]]
    return tuple(reversed(labels))


def _paths(start: State, next_of: dict[State, list[State]]) -> int:
    """The number of ways from the start to an end. A conflict means that another committed: there is no circle."""
    missing = dict.fromkeys(next_of, 0)
    for successors in next_of.values():
        for successor in successors:
            missing[successor] += 1
    ways = dict.fromkeys(next_of, 0) | {start: 1}
    ready, ended = [start], 0
    while ready:
        state = ready.pop()
        ended += 0 if next_of[state] else ways[state]
        for successor in next_of[state]:
            ways[successor] += ways[state]
            missing[successor] -= 1
            if not missing[successor]:
                ready.append(successor)
    return ended
