package io.finemesh.scheduler.promotion;

import io.finemesh.contract.Message;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.Disposition;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyWithdrawn;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.ApprovePromotion;
import io.finemesh.contract.registry.CandidateEnded;
import io.finemesh.contract.registry.CheckpointEvaluated;
import io.finemesh.contract.registry.EvaluationMissed;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.registry.GateEvidence;
import io.finemesh.contract.registry.GateVerdict;
import io.finemesh.contract.registry.MoveAlias;
import io.finemesh.contract.registry.MoveReason;
import io.finemesh.contract.registry.RejectPromotion;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.announcement.Announcement;
import io.finemesh.scheduler.promotion.Candidate.Comparison;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One input's way to a decision. Used once. */
final class PromotionDeliberation {
    private static final String SOURCE = "/scheduler";
    private static final String NOMINEE = "challenger";
    private static final int ATTEMPTS = 2;

    private final Envelope<? extends Message> input;
    private final Instant now;
    private final List<Announcement<?>> outputs = new ArrayList<>();
    private PromotionBoard board;

    PromotionDeliberation(PromotionBoard board, Envelope<? extends Message> input, Instant now) {
        this.board = board;
        this.input = input;
        this.now = now;
    }

    PromotionDecision decision() {
        return new PromotionDecision(board, outputs);
    }

    void define(PolicyDefined defined) {
        PolicyDefined known = board.policies().get(defined.name());
        if (known == null || known.revision() < defined.revision()) {
            board = board.with(defined);
        }
    }

    /** Runs of a policy that is no more go on to their end, and are judged by nothing. */
    void withdraw(PolicyWithdrawn withdrawn) {
        PolicyDefined known = board.policies().get(withdrawn.name());
        if (known != null && known.revision() < withdrawn.revision()) {
            board = board.withoutPolicy(withdrawn.name());
        }
    }

    void submitted(SubmitRun submission) {
        if (submission.origin().isPresent()
                && !board.candidates().containsKey(submission.runId().value())) {
            board = board.with(new Candidate(submission, Optional.empty()));
        }
    }

    void ended(CandidateEnded ended) {
        Candidate candidate = board.candidates().get(ended.runId().value());
        if (candidate == null || candidate.comparison().isPresent()) {
            return;
        }
        PolicyDefined policy = board.policies().get(candidate.policy());
        if (policy == null
                || ended.phase() != RunPhase.COMPLETED
                || ended.checkpoint().isEmpty()) {
            board = board.withoutCandidate(ended.runId().value());
            return;
        }
        CheckpointId challenger = ended.checkpoint().get();
        if (!policy.alias().equals(NOMINEE)) {
            nominate(policy, ended.runId(), challenger);
        }
        if (candidate.submission().tasksOn(challenger).isEmpty()) {
            conclude(
                    candidate,
                    policy,
                    challenger,
                    new PolicyGate.Outcome(
                            GateVerdict.UNDECIDABLE,
                            List.of(),
                            List.of("the policy's run evaluates nothing; give it evaluation tasks and held-out data")),
                    List.of(),
                    List.of());
            return;
        }
        compare(candidate, policy, challenger, 1);
    }

    private void nominate(PolicyDefined policy, RunId run, CheckpointId challenger) {
        AliasState nominee = board.alias(policy.model(), NOMINEE);
        if (nominee.holder().equals(Optional.of(challenger))) {
            return;
        }
        move(
                nominee,
                nominee.movedTo(challenger, Optional.empty()),
                MoveReason.NOMINATED,
                "policy " + policy.name(),
                Optional.empty(),
                "run " + run + " is complete");
    }

    private void compare(Candidate candidate, PolicyDefined policy, CheckpointId challenger, int attempt) {
        Optional<CheckpointId> champion =
                board.alias(policy.model(), policy.alias()).holder();
        // A champion that the run started from has no update to report, and may be left with nothing to be asked.
        Optional<List<TaskScore>> unasked = champion.filter(
                        holder -> candidate.submission().tasksOn(holder).isEmpty())
                .map(_ -> List.of());
        board = board.with(
                candidate.comparing(new Comparison(challenger, champion, attempt, Optional.empty(), unasked)));
        ask(candidate, challenger, attempt);
        champion.filter(holder -> !holder.equals(challenger) && unasked.isEmpty())
                .ifPresent(holder -> ask(candidate, holder, attempt));
    }

    private void ask(Candidate candidate, CheckpointId checkpoint, int attempt) {
        SubmitRun submission = candidate.submission();
        EvaluationId evaluation = candidate.evaluation(checkpoint, attempt);
        board = board.asking(evaluation.value(), checkpoint);
        say(
                Topics.EVALUATION_COMMANDS,
                evaluation.value(),
                EvaluateCheckpoint.of(evaluation, Optional.empty(), checkpoint, 0, submission));
    }

    void evaluated(CheckpointEvaluated evaluated) {
        for (Candidate candidate : List.copyOf(board.candidates().values())) {
            role(candidate, evaluated.evaluation()).ifPresent(ofChallenger -> {
                Comparison before = candidate.comparison().orElseThrow();
                Comparison comparison = before.scored(ofChallenger, evaluated.scores());
                // A run may end where it began: then the two are one checkpoint, asked about once.
                if (before.champion().equals(Optional.of(before.challenger()))) {
                    comparison = comparison.scored(false, evaluated.scores());
                }
                weigh(candidate.comparing(comparison), comparison);
            });
        }
        if (!board.asked().containsKey(evaluated.evaluation().value())) {
            board.aliases().values().stream()
                    .filter(alias -> alias.holder().equals(Optional.of(evaluated.checkpoint())))
                    .toList()
                    .forEach(alias -> watch(alias, evaluated));
        }
    }

    /** Whether an evaluation is the challenger's (true) or the champion's (false) of a candidate; empty when it is neither. */
    private static Optional<Boolean> role(Candidate candidate, EvaluationId evaluation) {
        return candidate.comparison().flatMap(comparison -> {
            if (candidate
                    .evaluation(comparison.challenger(), comparison.attempt())
                    .equals(evaluation)) {
                return Optional.of(true);
            }
            return comparison
                    .champion()
                    .filter(champion ->
                            candidate.evaluation(champion, comparison.attempt()).equals(evaluation))
                    .map(_ -> false);
        });
    }

    private void weigh(Candidate candidate, Comparison comparison) {
        board = board.with(candidate);
        if (!comparison.isComplete()) {
            return;
        }
        PolicyDefined policy = board.policies().get(candidate.policy());
        if (policy == null) {
            board = board.withoutCandidate(candidate.submission().runId().value());
            return;
        }
        AliasState alias = board.alias(policy.model(), policy.alias());
        if (!alias.holder().equals(comparison.champion())) {
            compare(candidate, policy, comparison.challenger(), comparison.attempt());
            return;
        }
        List<TaskScore> scores = comparison.challengerScores().orElseThrow();
        PolicyGate.Outcome outcome = PolicyGate.decide(
                policy.name(),
                policy.gate(),
                comparison.challenger(),
                scores,
                comparison.champion(),
                comparison.championScores().orElse(List.of()));
        List<EvaluationId> evaluations = new ArrayList<>();
        evaluations.add(candidate.evaluation(comparison.challenger(), comparison.attempt()));
        comparison
                .champion()
                .filter(champion -> !champion.equals(comparison.challenger())
                        && !candidate.submission().tasksOn(champion).isEmpty())
                .ifPresent(champion -> evaluations.add(candidate.evaluation(champion, comparison.attempt())));
        conclude(candidate, policy, comparison.challenger(), outcome, scores, evaluations);
    }

    private void conclude(
            Candidate candidate,
            PolicyDefined policy,
            CheckpointId challenger,
            PolicyGate.Outcome outcome,
            List<TaskScore> scores,
            List<EvaluationId> evaluations) {
        AliasState alias = board.alias(policy.model(), policy.alias());
        GateDecided decided = new GateDecided(
                policy.model(),
                policy.alias(),
                policy.name(),
                policy.revision(),
                Optional.of(candidate.submission().runId()),
                challenger,
                alias.holder(),
                outcome.verdict(),
                outcome.evidence(),
                outcome.faults(),
                evaluations,
                sentence(outcome));
        EventId event = say(Topics.REGISTRY, decided.subject(), decided);
        board = board.withoutCandidate(candidate.submission().runId().value());
        switch (outcome.verdict()) {
            case PROMOTED -> {
                if (!alias.holder().equals(Optional.of(challenger))) {
                    move(
                            alias,
                            alias.movedTo(challenger, Optional.of(new AliasState.Baseline(policy.name(), scores))),
                            MoveReason.PROMOTED,
                            "policy " + policy.name(),
                            Optional.of(event),
                            decided.sentence());
                }
            }
            case AWAITING_APPROVAL ->
                board = board.with(alias.awaiting(Optional.of(new AliasState.Awaiting(decided, event, scores))));
            case REJECTED, UNDECIDABLE, REGRESSED -> {
                // The alias stays.
            }
        }
    }

    private static String sentence(PolicyGate.Outcome outcome) {
        if (!outcome.faults().isEmpty()) {
            return String.join("; ", outcome.faults());
        }
        boolean mixed = outcome.verdict() == GateVerdict.REJECTED || outcome.verdict() == GateVerdict.REGRESSED;
        return outcome.evidence().stream()
                .filter(evidence -> !mixed || !evidence.passed())
                .map(GateEvidence::sentence)
                .collect(Collectors.joining("; "));
    }

    void missed(EvaluationMissed missed) {
        for (Candidate candidate : List.copyOf(board.candidates().values())) {
            if (role(candidate, missed.evaluation()).isEmpty()) {
                continue;
            }
            PolicyDefined policy = board.policies().get(candidate.policy());
            Comparison comparison = candidate.comparison().orElseThrow();
            boolean mayHelpAgain = missed.failure().code().disposition() != Disposition.ABORT;
            if (policy == null) {
                board = board.withoutCandidate(candidate.submission().runId().value());
            } else if (mayHelpAgain && comparison.attempt() < ATTEMPTS) {
                compare(candidate, policy, comparison.challenger(), comparison.attempt() + 1);
            } else {
                String fault = missed.checkpoint() + " could not be evaluated: "
                        + missed.failure().message();
                conclude(
                        candidate,
                        policy,
                        comparison.challenger(),
                        new PolicyGate.Outcome(GateVerdict.UNDECIDABLE, List.of(), List.of(fault)),
                        List.of(),
                        List.of(missed.evaluation()));
            }
        }
    }

    private void watch(AliasState alias, CheckpointEvaluated evaluated) {
        Optional<AliasState.Baseline> baseline = alias.baseline();
        PolicyDefined policy =
                baseline.map(one -> board.policies().get(one.policy())).orElse(null);
        if (policy == null) {
            return;
        }
        Optional<PolicyGate.Outcome> regression = HolderWatch.regression(policy, baseline.get(), evaluated);
        if (regression.isEmpty()) {
            return;
        }
        PolicyGate.Outcome outcome = regression.get();
        String sentence = sentence(outcome)
                + (alias.previous().isPresent() ? "" : "; nothing held the alias before, so it stays");
        GateDecided decided = new GateDecided(
                alias.model(),
                alias.alias(),
                policy.name(),
                policy.revision(),
                Optional.empty(),
                evaluated.checkpoint(),
                alias.previous(),
                GateVerdict.REGRESSED,
                outcome.evidence(),
                List.of(),
                List.of(evaluated.evaluation()),
                sentence);
        EventId event = say(Topics.REGISTRY, decided.subject(), decided);
        if (alias.previous().isPresent()) {
            move(
                    alias,
                    alias.movedBack(),
                    MoveReason.REGRESSED,
                    "policy " + policy.name(),
                    Optional.of(event),
                    sentence);
        } else {
            // Said once: without a baseline the next evaluation is not held against it.
            board = board.with(new AliasState(
                    alias.model(),
                    alias.alias(),
                    alias.holder(),
                    alias.earlier(),
                    alias.revision(),
                    alias.awaiting(),
                    Optional.empty(),
                    alias.handled()));
        }
    }

    void move(MoveAlias move) {
        AliasState alias = board.alias(move.model(), move.alias());
        if (alias.handled().contains(move.requestId())) {
            return;
        }
        AliasState known = alias.handled(move.requestId());
        Optional<CheckpointId> target = move.to().isPresent() ? move.to() : alias.previous();
        if (target.isEmpty() || target.equals(alias.holder())) {
            board = board.with(known);
            return;
        }
        boolean back = move.to().isEmpty();
        move(
                alias,
                back ? known.movedBack() : known.movedTo(target.get(), Optional.empty()),
                back ? MoveReason.ROLLED_BACK : MoveReason.COMMANDED,
                move.by(),
                Optional.empty(),
                move.reason());
    }

    void approve(ApprovePromotion approve) {
        AliasState alias = board.alias(approve.model(), approve.alias());
        Optional<AliasState.Awaiting> awaiting = waiting(alias, approve.challenger());
        if (awaiting.isEmpty()) {
            return;
        }
        GateDecided decision = awaiting.get().decision();
        move(
                alias,
                alias.movedTo(
                        approve.challenger(),
                        Optional.of(new AliasState.Baseline(
                                decision.policy(), awaiting.get().scores()))),
                MoveReason.APPROVED,
                approve.by(),
                Optional.of(awaiting.get().event()),
                approve.reason());
    }

    void reject(RejectPromotion reject) {
        AliasState alias = board.alias(reject.model(), reject.alias());
        Optional<AliasState.Awaiting> awaiting = waiting(alias, reject.challenger());
        if (awaiting.isEmpty()) {
            return;
        }
        GateDecided decision = awaiting.get().decision();
        say(
                Topics.REGISTRY,
                decision.subject(),
                new GateDecided(
                        decision.model(),
                        decision.alias(),
                        decision.policy(),
                        decision.revision(),
                        decision.runId(),
                        decision.challenger(),
                        decision.champion(),
                        GateVerdict.REJECTED,
                        decision.evidence(),
                        decision.faults(),
                        decision.evaluations(),
                        reject.by() + " said no: " + reject.reason()));
        board = board.with(alias.awaiting(Optional.empty()));
    }

    private static Optional<AliasState.Awaiting> waiting(AliasState alias, CheckpointId challenger) {
        return alias.awaiting()
                .filter(awaiting -> awaiting.decision().challenger().equals(challenger));
    }

    private void move(
            AliasState before,
            AliasState after,
            MoveReason reason,
            String by,
            Optional<EventId> decision,
            String sentence) {
        board = board.with(after);
        AliasMoved moved = new AliasMoved(
                after.model(),
                after.alias(),
                after.revision(),
                before.holder(),
                after.holder().orElseThrow(),
                reason,
                by,
                decision,
                sentence);
        say(Topics.REGISTRY, moved.subject(), moved);
    }

    private <T extends Message> EventId say(Topic<? super T> topic, String key, T body) {
        EventId id = EventId.derived(input.id(), "promotion " + topic.name(), outputs.size());
        announce(topic, Envelope.causedBy(input, id, SOURCE, key, now, body));
        return id;
    }

    @SuppressWarnings("unchecked") // A topic of a wider type takes the message as one of that type.
    private <B extends Message> void announce(Topic<B> topic, Envelope<? extends Message> envelope) {
        outputs.add(new Announcement<>(topic, (Envelope<B>) envelope));
    }
}
