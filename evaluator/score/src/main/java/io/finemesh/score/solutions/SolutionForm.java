package io.finemesh.score.solutions;

import java.util.List;
import java.util.Set;

/**
 * Names that fields of a solution file may have; of several the first that a row has counts.
 *
 * @param questions where the question stands
 * @param references where the right answer stands
 * @param outputs where a model's text stands
 */
public record SolutionForm(List<String> questions, List<String> references, List<String> outputs) {
    /** GSM8K: OpenAI's example solutions, the data set with outputs beside it, harness records. */
    public static final SolutionForm GSM8K = new SolutionForm(
            List.of("question", "problem", "query", "prompt", "input", "instruction"),
            List.of(
                    "ground_truth",
                    "gold",
                    "target",
                    "reference",
                    "reference_answer",
                    "reference_solution",
                    "gold_answer",
                    "ground_truth_answer",
                    "ground_truth_solution",
                    "correct_answer",
                    "expected_answer",
                    "expected",
                    "label",
                    "answer"),
            List.of(
                    "model_solution",
                    "solution",
                    "response",
                    "model_response",
                    "output",
                    "model_output",
                    "completion",
                    "model_completion",
                    "generation",
                    "generated_text",
                    "generated_solution",
                    "prediction",
                    "pred",
                    "model_answer",
                    "answer"));

    /** MATH: the data set (where {@code solution} is the reference) with outputs beside it, harness records. */
    public static final SolutionForm MATH = new SolutionForm(
            List.of("problem", "question", "query", "prompt", "input", "instruction"),
            List.of(
                    "solution",
                    "ground_truth",
                    "ground_truth_solution",
                    "reference_solution",
                    "gold_solution",
                    "gold",
                    "target",
                    "reference",
                    "ground_truth_answer",
                    "reference_answer",
                    "gold_answer",
                    "correct_answer",
                    "expected_answer",
                    "expected",
                    "label",
                    "answer"),
            List.of(
                    "model_solution",
                    "response",
                    "model_response",
                    "output",
                    "model_output",
                    "completion",
                    "model_completion",
                    "generation",
                    "generated_text",
                    "generated_solution",
                    "prediction",
                    "pred",
                    "model_answer",
                    "solution",
                    "answer"));

    /** Fields that hold several solutions: texts, objects, or an object by model. */
    static final List<String> CONTAINERS = List.of(
            "solutions",
            "model_solutions",
            "responses",
            "model_responses",
            "outputs",
            "model_outputs",
            "generations",
            "completions",
            "samples",
            "predictions",
            "models");

    /** Where the text stands in an object that is one solution. */
    static final List<String> INNER = List.of(
            "solution", "response", "output", "completion", "generation", "text", "content", "prediction", "answer");

    /** Of these names those that an object has only if it is a solution. */
    static final List<String> SURE =
            List.of("is_correct", "solution", "response", "output", "completion", "generation", "prediction");

    /** Who made a row's solution. */
    static final List<String> MODELS = List.of("model", "model_id", "model_name");

    /** Texts that are no solution, whatever else a row has. */
    static final Set<String> FACTS = Set.of(
            "id",
            "question_id",
            "doc_id",
            "idx",
            "index",
            "uid",
            "unique_id",
            "task",
            "dataset",
            "source",
            "split",
            "subject",
            "category",
            "level",
            "type",
            "filter",
            "date",
            "time",
            "timestamp",
            "tstamp",
            "extracted_answer",
            "final_answer");
}
