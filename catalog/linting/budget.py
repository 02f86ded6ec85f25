"""Work is counted, not timed: the same input is refused at the same step on every machine."""

from __future__ import annotations

from catalog.linting.codes import LintCode, LintError

# What an automaton has learned: from states, the kind of the last character and the next one, to states.
Step = tuple[frozenset[int], str, str]
Steps = dict[Step, "frozenset[int] | None"]


class Budget:
    """Steps that one lint may take; a step is about the work of looking at one value.

    What automata learn is kept here, so that it costs each lint the same.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.left = steps
        self._learned: dict[object, Steps] = {}

    def steps_of(self, automaton: object, size: int) -> Steps:
        """What an automaton has learned in this lint; its first use costs its size."""
        if automaton not in self._learned:
            self.spend(size)
            self._learned[automaton] = {}
        return self._learned[automaton]

    def spend(self, steps: int = 1) -> None:
        """Take steps. Raises LintError (LNT-121) when none are left."""
        self.left -= steps
        if self.left < 0:
            raise LintError(LintCode.WORK, f"The rules take more than {self.steps} steps on this document.")
