package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.evaluator.task.Measurement;
import java.util.List;
import java.util.Optional;

/**
 * What an evaluation may spend on its judge, cut into shares of its ranges, by the requests that they take: the same shares in every life of the evaluation, so that what one range has spent needs not be
 * known where another is answered.
 *
 * @param budget of the whole; empty where no server rates
 * @param plans what the whole is
 */
record JudgeShares(Optional<JudgeBudget> budget, List<TaskPlan> plans) {
    JudgeShares {
        plans = List.copyOf(plans);
    }

    /** @param ceiling what the evaluator allows */
    static JudgeShares of(EvaluationWork work, List<TaskPlan> plans, JudgeBudget ceiling) {
        return new JudgeShares(
                work.judge().filter(judge -> judge.remote().isPresent()).map(judge -> judge.budget()
                        .map(asked -> asked.under(ceiling))
                        .orElse(ceiling)),
                plans);
    }

    /** The share of one range; empty for a range that no server rates. */
    Optional<JudgeBudget> of(TaskPlan plan, TaskPlan.Range range) {
        long each = requests(plan);
        if (each == 0) {
            return Optional.empty();
        }
        long before = 0;
        long whole = 0;
        for (TaskPlan other : plans) {
            long all = requests(other) * other.measurement().size();
            before += other.index() < plan.index() ? all : 0;
            whole += all;
        }
        long from = before + each * range.from();
        long to = before + each * range.to();
        long of = whole;
        return budget.map(all -> all.share(from, to, of));
    }

    /** Requests to the judge that a question of a task takes, turns counted as two. */
    private static long requests(TaskPlan plan) {
        return switch (plan.measurement()) {
            case Measurement.Open open -> open.requestsEach();
            case Measurement.Questions _, Measurement.Losses _, Measurement.Changes _ -> 0;
        };
    }
}
