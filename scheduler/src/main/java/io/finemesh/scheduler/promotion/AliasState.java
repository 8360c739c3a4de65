package io.finemesh.scheduler.promotion;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.registry.GateDecided;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where an alias stands.
 *
 * @param model registry model
 * @param alias its alias
 * @param holder checkpoint that holds it; absent before the first move
 * @param earlier checkpoints that held it before, the last one last; a rollback takes the last
 * @param revision moves so far
 * @param awaiting challenger that waits for a person
 * @param baseline what the holder scored when it took the alias; absent when a person put it there
 * @param handled requests that were carried out, so that one that comes again is known
 */
public record AliasState(
        String model,
        String alias,
        Optional<CheckpointId> holder,
        List<CheckpointId> earlier,
        long revision,
        Optional<Awaiting> awaiting,
        Optional<Baseline> baseline,
        List<String> handled) {
    private static final int REMEMBERED = 50;

    public AliasState {
        requireNonNull(model, "model is null");
        requireNonNull(alias, "alias is null");
        holder = holder == null ? Optional.empty() : holder;
        earlier = List.copyOf(earlier);
        awaiting = awaiting == null ? Optional.empty() : awaiting;
        baseline = baseline == null ? Optional.empty() : baseline;
        handled = List.copyOf(handled);
    }

    /**
     * A challenger that waits for a person.
     *
     * @param decision what the gate said
     * @param event identity of that decision
     * @param scores what the challenger scored
     */
    public record Awaiting(GateDecided decision, EventId event, List<TaskScore> scores) {
        public Awaiting {
            requireNonNull(decision, "decision is null");
            requireNonNull(event, "event is null");
            scores = List.copyOf(scores);
        }
    }

    /**
     * What the holder scored when it took the alias.
     *
     * @param policy policy whose gate let it through
     * @param scores its scores, single outcomes left out
     */
    public record Baseline(String policy, List<TaskScore> scores) {
        public Baseline {
            requireNonNull(policy, "policy is null");
            scores = scores.stream()
                    .map(score -> new TaskScore(
                            score.task(),
                            score.metric(),
                            score.value(),
                            score.standardError(),
                            score.samples(),
                            score.limited(),
                            Optional.empty(),
                            score.judge()))
                    .toList();
        }
    }

    static AliasState none(String model, String alias) {
        return new AliasState(
                model, alias, Optional.empty(), List.of(), 0, Optional.empty(), Optional.empty(), List.of());
    }

    /** The holder before this one. */
    Optional<CheckpointId> previous() {
        return earlier.isEmpty() ? Optional.empty() : Optional.of(earlier.getLast());
    }

    AliasState movedTo(CheckpointId next, Optional<Baseline> nextBaseline) {
        List<CheckpointId> before = new ArrayList<>(earlier);
        holder.ifPresent(before::add);
        return new AliasState(
                model,
                alias,
                Optional.of(next),
                before.subList(Math.max(0, before.size() - REMEMBERED), before.size()),
                revision + 1,
                Optional.empty(),
                nextBaseline,
                handled);
    }

    /** Back to the holder before; there must be one. */
    AliasState movedBack() {
        return new AliasState(
                model,
                alias,
                Optional.of(earlier.getLast()),
                earlier.subList(0, earlier.size() - 1),
                revision + 1,
                Optional.empty(),
                Optional.empty(),
                handled);
    }

    AliasState awaiting(Optional<Awaiting> one) {
        return new AliasState(model, alias, holder, earlier, revision, one, baseline, handled);
    }

    AliasState handled(String request) {
        List<String> all = new ArrayList<>(handled);
        all.add(request);
        return new AliasState(
                model,
                alias,
                holder,
                earlier,
                revision,
                awaiting,
                baseline,
                all.subList(Math.max(0, all.size() - REMEMBERED), all.size()));
    }
}
