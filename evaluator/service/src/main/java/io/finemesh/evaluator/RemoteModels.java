package io.finemesh.evaluator;

import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.answer.RemoteAnswerer;
import io.finemesh.evaluator.answer.RemoteTurns;
import io.finemesh.evaluator.answer.TurnWriter;
import io.finemesh.evaluator.config.EvaluatorConfig;
import io.finemesh.evaluator.evaluation.EvaluationException;
import io.finemesh.evaluator.evaluation.RemoteAnswers;
import io.finemesh.evaluator.judge.HttpJudge;
import io.finemesh.evaluator.judge.Judge;
import io.finemesh.evaluator.server.ModelServer;
import io.finemesh.evaluator.server.ServerSettings;
import java.net.URI;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
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
        return new RemoteAnswerer(settings(model), config.atOnce(), Thread::sleep, clock);
    }

    @Override
    public TurnWriter turns(RemoteModel model) throws EvaluationException {
        return new RemoteTurns(settings(model), config.atOnce(), Thread::sleep, clock);
    }

    @Override
    public JudgeBudget ceiling() {
        return JudgeBudget.of(config.judgeRequests(), config.judgeTokens());
    }

    @Override
    public Judge judge(RemoteModel model, ModelServer.Budget budget) throws EvaluationException {
        return new HttpJudge(settings(model), budget, Thread::sleep, clock);
    }

    private ServerSettings settings(RemoteModel model) throws EvaluationException {
        Optional<String> key = key(model);
        try {
            return new ServerSettings(
                    URI.create(model.url()),
                    key,
                    model.model(),
                    config.attempts(),
                    config.firstPause(),
                    config.firstPause().multipliedBy(LONGEST_PAUSE),
                    config.timeout(),
                    LONGEST_ANSWER_BYTES);
        } catch (IllegalArgumentException refused) {
            throw new EvaluationException(
                    FailureCode.INVALID_SPECIFICATION,
                    model.model() + " cannot be asked: " + refused.getMessage(),
                    refused);
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
        if (key.isPresent()) {
            requireKnownHost(model.secret().get(), URI.create(model.url()).getHost());
        }
        return key;
    }

    private void requireKnownHost(String secret, String host) throws EvaluationException {
        List<String> allowed = Arrays.stream(
                        config.hosts().getOrDefault(secret, "").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        if (allowed.stream().noneMatch(name -> name.equalsIgnoreCase(host))) {
            throw new EvaluationException(
                    FailureCode.INVALID_SPECIFICATION,
                    "the secret '" + secret + "' may not be sent to " + host + "; "
                            + (allowed.isEmpty() ? "no host is named for it" : "allowed: " + String.join(", ", allowed))
                            + "; the evaluators' setting is finemesh.evaluator.remote.hosts." + secret);
        }
    }
}
