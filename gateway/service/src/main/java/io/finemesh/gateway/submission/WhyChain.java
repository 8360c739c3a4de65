package io.finemesh.gateway.submission;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.trigger.FireReason;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.gateway.answer.WhyAnswer;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.PolicyBook;
import io.finemesh.gateway.view.RegistryBook;
import io.finemesh.gateway.view.RunView;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Walks from an alias back: gate, evaluations, checkpoint, run with its segments, data slices, trigger. What is unknown ends the walk in words. */
@ApplicationScoped
public class WhyChain {
    /** The chain of an alias. */
    public WhyAnswer of(MeshView mesh, RegistryBook.Page page) {
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
                        run -> run(mesh, chain, run, moved.to()),
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
        for (EvaluationId id : decided.evaluations()) {
            String sentence = mesh.evaluation(id)
                    .map(evaluation -> evaluation.checkpoint() + " scored "
                            + String.join(
                                    ", ",
                                    evaluation.scores().stream()
                                            .map(score -> score.task() + " " + score.metric() + " "
                                                    + String.format(Locale.ROOT, "%.4g", score.value()) + " over "
                                                    + score.samples())
                                            .toList()))
                    .orElse("what it found is not known here");
            chain.add(new WhyAnswer.Link("evaluation", id.value(), sentence, Optional.of("/v1/evaluations/" + id)));
        }
    }

    private static Optional<RunView> made(MeshView mesh, CheckpointId checkpoint) {
        return mesh.runs().stream()
                .filter(run -> run.checkpoints().stream()
                        .anyMatch(
                                committed -> committed.committed().checkpoint().equals(checkpoint)))
                .findFirst();
    }

    private static void run(MeshView mesh, List<WhyAnswer.Link> chain, RunView run, CheckpointId checkpoint) {
        RunId id = run.id();
        chain.add(new WhyAnswer.Link(
                "checkpoint",
                checkpoint.value(),
                checkpoint + " is what " + id + " committed after "
                        + run.checkpoints().size() + " segments",
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
        Optional<TriggerFired> fired = fired(mesh, id);
        String slices = fired.map(TriggerFired::why)
                .map(why -> ", slices " + why.fromSlice() + " to " + why.toSlice() + " of it new")
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
