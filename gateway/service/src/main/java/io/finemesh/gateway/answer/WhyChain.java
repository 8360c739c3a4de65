package io.finemesh.gateway.answer;

import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.contract.trigger.FireReason;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.gateway.lineage.ReadData;
import io.finemesh.gateway.view.CommittedCheckpoint;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.PolicyBook;
import io.finemesh.gateway.view.RegistryBook;
import io.finemesh.gateway.view.RunView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Walks from an alias back: gate, evaluations, checkpoint, run with its segments, what it started from, data slices, trigger. What is unknown ends the walk in words. */
final class WhyChain {
    /** Most segments that are told one by one. */
    private static final int SEGMENTS_TOLD = 10;

    private WhyChain() {}

    /** The chain of an alias. */
    static WhyAnswer of(MeshView mesh, RegistryBook.Page page) {
        List<WhyAnswer.Link> chain = new ArrayList<>();
        if (page.moves().isEmpty()) {
            return new WhyAnswer(page.model(), page.alias(), "", chain);
        }
        AliasMoved moved = page.moves().getLast().event();
        chain.add(new WhyAnswer.Link(
                "alias",
                moved.subject(),
                moved.subject() + " stands for " + moved.to() + " since "
                        + page.moves().getLast().at() + ": "
                        + moved.reason().name().toLowerCase(Locale.ROOT) + " by "
                        + moved.by() + ", " + moved.sentence(),
                Optional.of("/v1/aliases/" + page.model() + "/" + page.alias())));
        decision(page, moved).ifPresent(decided -> gate(mesh, chain, decided));
        made(mesh, moved.to())
                .ifPresentOrElse(
                        made -> run(mesh, chain, made),
                        () -> chain.add(new WhyAnswer.Link(
                                "checkpoint",
                                moved.to().value(),
                                moved.to() + " was made by no run that is known: it was imported",
                                Optional.of("/v1/checkpoints/" + moved.to()))));
        return new WhyAnswer(page.model(), page.alias(), moved.to().value(), chain);
    }

    /** The decision that the move followed, or the one that once let its checkpoint through. */
    private static Optional<GateDecided> decision(RegistryBook.Page page, AliasMoved moved) {
        List<RegistryBook.Decided> newestFirst = page.decisions().reversed();
        Optional<GateDecided> followed = newestFirst.stream()
                .filter(decided -> moved.decision().equals(Optional.of(decided.id())))
                .map(RegistryBook.Decided::event)
                .findFirst();
        return followed.isPresent()
                ? followed
                : newestFirst.stream()
                        .map(RegistryBook.Decided::event)
                        .filter(decided -> decided.challenger().equals(moved.to()))
                        .findFirst();
    }

    private static void gate(MeshView mesh, List<WhyAnswer.Link> chain, GateDecided decided) {
        chain.add(new WhyAnswer.Link(
                "gate",
                decided.policy(),
                "the gate of policy " + decided.policy() + " said "
                        + decided.verdict().name().toLowerCase(Locale.ROOT) + " to " + decided.challenger() + ": "
                        + decided.sentence(),
                Optional.of("/v1/policies/" + decided.policy())));
        Map<EvaluationId, List<ResolvedDataset>> read = ReadData.of(mesh);
        for (EvaluationId id : decided.evaluations()) {
            String data = read.getOrDefault(id, List.of()).stream()
                    .map(dataset -> dataset.version().value())
                    .collect(Collectors.joining(", "));
            String sentence = mesh.evaluation(id)
                    .map(evaluation -> evaluation.checkpoint() + " scored "
                            + String.join(
                                    ", ",
                                    evaluation.scores().stream()
                                            .map(score ->
                                                    (score.task().equals(score.metric()) ? "" : score.task() + " ")
                                                            + score.metric() + " "
                                                            + String.format(Locale.ROOT, "%.4g", score.value())
                                                            + " over "
                                                            + score.samples())
                                            .toList())
                            + (data.isEmpty() ? "" : ", with " + data))
                    .orElse("what it found is not known here");
            chain.add(new WhyAnswer.Link("evaluation", id.value(), sentence, Optional.of("/v1/evaluations/" + id)));
        }
    }

    /** A checkpoint and the run that made it. */
    private record Made(RunView run, CommittedCheckpoint checkpoint) {}

    private static Optional<Made> made(MeshView mesh, CheckpointId checkpoint) {
        return mesh.runs().stream()
                .flatMap(run -> run.checkpoints().stream()
                        .filter(each -> each.committed().checkpoint().equals(checkpoint))
                        .map(each -> new Made(run, each)))
                .findFirst();
    }

    private static void run(MeshView mesh, List<WhyAnswer.Link> chain, Made made) {
        RunView run = made.run();
        RunId id = run.id();
        CheckpointCommitted last = made.checkpoint().committed();
        CheckpointId checkpoint = last.checkpoint();
        chain.add(new WhyAnswer.Link(
                "checkpoint",
                checkpoint.value(),
                checkpoint + " is what " + id + " committed after " + (last.lastStep() + 1) + " steps in "
                        + (last.segmentIndex() == 0 ? "one segment" : last.segmentIndex() + 1 + " segments"),
                Optional.of("/v1/checkpoints/" + checkpoint)));
        chain.add(new WhyAnswer.Link(
                "run",
                id.value(),
                id + " is " + run.phase().word()
                        + run.specification()
                                .map(specification ->
                                        ", of " + specification.model() + " on " + specification.dataset())
                                .orElse(""),
                Optional.of("/v1/runs/" + id)));
        segments(chain, run, last);
        run.model().map(ResolvedModel::checkpoint).ifPresent(base -> chain.add(base(mesh, base)));
        Optional<TriggerFired> fired = fired(mesh, id);
        String slices = fired.map(TriggerFired::why)
                .map(why -> why.fromSlice() > why.toSlice()
                        ? ", nothing of it new"
                        : ", slices " + why.fromSlice() + " to " + why.toSlice() + " of it new")
                .orElse("");
        run.dataset()
                .ifPresent(data -> chain.add(new WhyAnswer.Link(
                        "data",
                        data.version().value(),
                        "trained on " + data.version()
                                + data.source().map(source -> " from " + source).orElse("") + slices,
                        Optional.of("/v1/datasets/" + data.version()))));
        fired.ifPresentOrElse(
                event -> trigger(chain, event),
                () -> chain.add(new WhyAnswer.Link(
                        "trigger", "request", "somebody submitted " + id + " by hand", Optional.empty())));
    }

    /** The segments that led to a checkpoint: the newest ones one by one, those before in one sentence. */
    private static void segments(List<WhyAnswer.Link> chain, RunView run, CheckpointCommitted last) {
        List<CommittedCheckpoint> all = run.checkpoints().stream()
                .filter(each -> each.committed().segmentIndex() <= last.segmentIndex())
                .sorted(Comparator.comparingInt(
                                (CommittedCheckpoint each) -> each.committed().segmentIndex())
                        .reversed())
                .toList();
        long older = Math.max(0, all.size() - SEGMENTS_TOLD);
        for (int index = 0; index < all.size() - older; index++) {
            CheckpointCommitted segment = all.get(index).committed();
            long first = index + 1 < all.size() ? all.get(index + 1).committed().lastStep() + 1 : 0;
            chain.add(new WhyAnswer.Link(
                    "segment",
                    segment.checkpoint().value(),
                    "segment " + segment.segmentIndex() + " trained steps " + (first + 1) + " to "
                            + (segment.lastStep() + 1)
                            + all.get(index)
                                    .block()
                                    .map(block -> " of " + block)
                                    .orElse("") + " and made "
                            + segment.checkpoint(),
                    Optional.of("/v1/checkpoints/" + segment.checkpoint())));
        }
        if (older > 0) {
            chain.add(new WhyAnswer.Link(
                    "segment",
                    run.id().value(),
                    older + " segments before those are listed by the run",
                    Optional.of("/v1/runs/" + run.id())));
        }
    }

    private static WhyAnswer.Link base(MeshView mesh, CheckpointId base) {
        String origin = made(mesh, base)
                .map(made -> ", which " + made.run().id() + " made after "
                        + (made.checkpoint().committed().lastStep() + 1) + " steps")
                .orElse(", which was imported");
        return new WhyAnswer.Link(
                "base", base.value(), "it started from " + base + origin, Optional.of("/v1/checkpoints/" + base));
    }

    private static Optional<TriggerFired> fired(MeshView mesh, RunId run) {
        return mesh.policies().fires().stream()
                .map(PolicyBook.Said::event)
                .filter(TriggerFired.class::isInstance)
                .map(TriggerFired.class::cast)
                .filter(fired -> fired.runId().equals(run))
                .findFirst();
    }

    private static void trigger(List<WhyAnswer.Link> chain, TriggerFired fired) {
        FireReason why = fired.why();
        chain.add(new WhyAnswer.Link(
                "trigger",
                fired.fireId().value(),
                "fired by " + why.kind() + ": " + why.sentence(),
                Optional.of("/v1/policies/" + fired.policy())));
    }
}
