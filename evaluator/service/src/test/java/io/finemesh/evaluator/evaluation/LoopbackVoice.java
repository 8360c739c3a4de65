package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.answer.TurnWriter;
import io.finemesh.evaluator.judge.Judge;
import io.finemesh.evaluator.server.ModelServer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The broker between evaluators without a broker: ranges go round, events go to everybody. */
final class LoopbackVoice implements Voice {
    static final RemoteAnswers NO_REMOTE = new RemoteAnswers() {
        @Override
        public Answerer of(RemoteModel model) throws EvaluationException {
            throw new EvaluationException(FailureCode.INVALID_SPECIFICATION, "no remote here");
        }

        @Override
        public TurnWriter turns(RemoteModel model) throws EvaluationException {
            throw new EvaluationException(FailureCode.INVALID_SPECIFICATION, "no remote here");
        }

        @Override
        public JudgeBudget ceiling() {
            return JudgeBudget.of(10_000, 10_000_000);
        }

        @Override
        public Judge judge(RemoteModel model, ModelServer.Budget budget) throws EvaluationException {
            throw new EvaluationException(FailureCode.INVALID_SPECIFICATION, "no remote judge here");
        }
    };

    private final Consumer<EvaluationEvent> events;
    private final Supplier<List<EvaluationDesk>> desks;
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();

    /**
     * @param events hears each event before anybody else; what it throws means that it was not said
     * @param desks every evaluator there is
     */
    LoopbackVoice(Consumer<EvaluationEvent> events, Supplier<List<EvaluationDesk>> desks) {
        this.events = events;
        this.desks = desks;
    }

    /** Ranges that were asked for. */
    int asked() {
        return asked.get();
    }

    @Override
    public void say(Envelope<?> cause, EvaluationEvent event) {
        events.accept(event);
        desks.get().forEach(desk -> desk.hear(event));
    }

    @Override
    public void ask(Envelope<?> cause, ScoreRange range) {
        asked.incrementAndGet();
        List<EvaluationDesk> all = desks.get();
        EvaluationDesk next = all.get(turn.getAndIncrement() % all.size());
        var _ = next.score(Envelope.causedBy(
                cause,
                EventId.derived(cause.id(), range.key().value(), 0),
                "/evaluator",
                range.key().value(),
                Instant.EPOCH,
                range));
    }
}
