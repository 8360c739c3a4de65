package io.finemesh.score.custom;

import io.finemesh.score.custom.TaskDefinition.Reading;
import io.finemesh.score.python.PythonFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Definitions of word-problem sets that no task of the reference harness covers; figures under them are comparable with each other only. */
public final class WordProblems {
    private static final int LONGEST = 256;

    private WordProblems() {}

    /** SVAMP (Patel et al. 2021): the last number of the answer, compared as a number, since the data set writes 51 as 51.0. */
    public static TaskDefinition svamp() {
        return new TaskDefinition(
                "svamp",
                1.0,
                PythonFormat.parse("Question: {Body} {Question}\nAnswer:"),
                PythonFormat.parse("{Answer}"),
                new Reading.Written(
                        Optional.of(Pattern.compile("-?[0-9][0-9,]*(?:\\.[0-9]+)?")),
                        true,
                        AnswerMetric.NUMBER,
                        List.of("Question:"),
                        LONGEST));
    }

    /** NumGLUE (Mishra et al. 2022): exact match of the first line, numbers compared as numbers. */
    public static TaskDefinition numGlue() {
        return new TaskDefinition(
                "numglue",
                1.0,
                PythonFormat.parse("Question: {question}\nAnswer:"),
                PythonFormat.parse("{answer}"),
                new Reading.Written(Optional.empty(), false, AnswerMetric.NUMBER_OR_TEXT, List.of("\n"), LONGEST));
    }
}
