package io.finemesh.score.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.figure.Figure;
import java.util.List;
import java.util.Map;

/** Something to measure a model by: documents turned into requests, and responses turned into values. Implementations are pure and immutable. */
public interface Task {
    /** The name that results are filed under. */
    String name();

    /** Version of the task's rules; figures of different versions are not comparable. */
    double version();

    /** Worked examples in a prompt. */
    int shots();

    /** Documents that there are, before any limit. */
    int size();

    /**
     * The documents to be asked, in the order of the data set.
     *
     * @throws TaskException when there are none
     */
    List<Example> examples(SampleLimit limit);

    /**
     * What a response is worth, under each of the task's ways of reading it, always the same ways in the same order.
     *
     * @throws TaskException when the response does not fit the request
     */
    List<Verdict> judge(Example example, Response response);

    /** Figures that are no mean over samples, by the reference's key {@code metric,filter}. */
    default Map<String, Figure> figures(List<ScoredSample> samples) {
        return Map.of();
    }

    /** What a figure over all documents may be called, with what it is comparable to where that can be told. */
    default String standing() {
        return "score";
    }

    /** What the task is made of, in the fields of a task file of lm-evaluation-harness. */
    ObjectNode configuration();
}
