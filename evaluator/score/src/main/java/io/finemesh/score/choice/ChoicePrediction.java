package io.finemesh.score.choice;

import io.finemesh.score.python.PythonText;
import io.finemesh.score.task.Response.Weight;
import io.finemesh.score.task.TaskException;
import java.util.List;

/**
 * Which choice a model prefers: the one with the highest log-likelihood, and the one with the highest log-likelihood a character. Of equal ones the first.
 *
 * @param likeliest index of the likeliest choice
 * @param likeliestByLength index of the likeliest choice when each is divided by its length in characters
 */
public record ChoicePrediction(int likeliest, int likeliestByLength) {
    /** @throws TaskException when there is not one finite weight for each choice */
    public static ChoicePrediction of(List<Weight> weights, List<String> choices) {
        if (weights.size() != choices.size()) {
            throw new TaskException(
                    TaskException.Reason.WRONG_RESPONSE,
                    weights.size() + " weights for " + choices.size() + " choices");
        }
        int best = 0;
        int bestByLength = 0;
        for (int i = 0; i < weights.size(); i++) {
            double weight = weights.get(i).logLikelihood();
            if (!Double.isFinite(weight)) {
                throw new TaskException(
                        TaskException.Reason.WRONG_RESPONSE,
                        "the weight of choice " + i + " is " + weight + ", which is no finite number");
            }
            best = weight > weights.get(best).logLikelihood() ? i : best;
            bestByLength = byLength(weights, choices, i) > byLength(weights, choices, bestByLength) ? i : bestByLength;
        }
        return new ChoicePrediction(best, bestByLength);
    }

    private static double byLength(List<Weight> weights, List<String> choices, int index) {
        return weights.get(index).logLikelihood() / PythonText.length(choices.get(index));
    }
}
