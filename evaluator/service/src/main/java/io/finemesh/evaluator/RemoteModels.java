package io.finemesh.evaluator;

import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.answer.RemoteAnswerer;
import io.finemesh.evaluator.config.EvaluatorConfig;
import io.finemesh.evaluator.evaluation.EvaluationException;
import io.finemesh.evaluator.evaluation.RemoteAnswers;
import io.finemesh.evaluator.judge.HttpJudge;
import io.finemesh.evaluator.judge.HttpJudgeSettings;
import io.finemesh.evaluator.judge.Judge;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;

/** Models behind servers, with the keys that the evaluator's settings hold. */
final class RemoteModels implements RemoteAnswers {
    private static final int LONGEST_PAUSE = 60;
    private static final long LONGEST_ANSWER_BYTES = 16 << 20;

    private final EvaluatorConfig.Remote config;
    private final Clock clock;

    RemoteModels(EvaluatorConfig.Remote config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    @Override
    public Answerer of(RemoteModel model) throws EvaluationException {
        return new RemoteAnswerer(
                model,
                key(model),
                new RemoteAnswerer.Settings(config.atOnce(), config.attempts(), config.firstPause(), config.timeout()));
    }

    @Override
    public Judge judge(RemoteModel model) throws EvaluationException {
        try {
            return new HttpJudge(
                    new HttpJudgeSettings(
                            URI.create(model.url()),
                            key(model),
                            model.model(),
                            config.attempts(),
                            config.firstPause(),
                            config.firstPause().multipliedBy(LONGEST_PAUSE),
                            config.timeout(),
                            config.judgeRequests(),
                            config.judgeTokens(),
                            LONGEST_ANSWER_BYTES),
                    wait -> Thread.sleep(wait),
                    clock);
        } catch (IllegalArgumentException refused) {
            throw new EvaluationException(
                    FailureCode.INVALID_SPECIFICATION, "the judge cannot be asked: " + refused.getMessage(), refused);
        }
    }

    private Optional<String> key(RemoteModel model) throws EvaluationException {
        Optional<String> key = model.secret().map(name -> config.secrets().get(name));
        if (model.secret().isPresent() && key.isEmpty()) {
            throw new EvaluationException(
                    FailureCode.INVALID_SPECIFICATION,
                    "the evaluator has no secret named '" + model.secret().get()
                            + "'; set finemesh.evaluator.remote.secrets."
                            + model.secret().get());
        }
        return key;
    }
}
