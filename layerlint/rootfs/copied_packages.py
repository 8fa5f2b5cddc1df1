"""What distributions of Python need that ``COPY --from`` brings out of the stage where pip installed them."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.catalog.distributions import normalised
from layerlint.effects import Populate
from layerlint.execution.trace import StageTrace, Trace
from layerlint.programs.model import Need
from layerlint.report import Confidence, Evidence
from layerlint.rootfs.copied import Part, brought_by_pip, source_stage
from layerlint.rootfs.distributions import is_linked_alone
from layerlint.rootfs.model import Gap, Requirement
from layerlint.rootfs.stages import evidence_at


def from_packages(trace: Trace) -> Part:
    from layerlint.programs.python_native import NEEDS

    needs: list[Requirement] = []
    gaps: list[Gap] = []
    stages: dict[int, StageTrace] = {}
    for step in () if trace.target is None else trace.target.chain():
        stage = source_stage(trace, step)
        entries = () if step.layer is None else step.layer.entries
        if stage is not None and any(brought_by_pip(stage, entry) for entry in entries):
            stages[stage.stage.index] = stage
    for stage in stages.values():
        installed = dict(_installed(trace, stage))
        for name, place in installed.items():
            for native in NEEDS.get(name, ()):
                if native.confidence is Confidence.LOW:
                    gaps.append(Gap(f"whether {name} needs {native.name} is not known", place))
                elif installed.keys().isdisjoint(native.unless):
                    need = Need(native.kind, native.name, place, native.confidence, because=native.because)
                    needs.append(Requirement(need, None))
            if not is_linked_alone(name):
                gaps.append(
                    Gap(f"whether {name} is linked with libraries of its build stage is not known", place)
                )
    return Part(tuple(needs), tuple(gaps))


def _installed(trace: Trace, stage: StageTrace) -> Iterator[tuple[str, Evidence]]:
    for step in stage.chain():
        for command in step.commands:
            for effect in command.effects:
                if isinstance(effect, Populate) and (effect.label or "").startswith("pip:"):
                    place = evidence_at(trace, command.span, command.text)
                    yield normalised((effect.label or "").removeprefix("pip:")), place
