package io.finemesh.gateway.admission;

import java.util.List;

/** Verdict on a document. */
public sealed interface Admission {
    /** Nothing is wrong with it as far as it goes by itself. */
    record Admitted(Draft draft) implements Admission {}

    /**
     * It cannot become a run.
     *
     * @param problems every wrong field, in the order of the document's sections
     * @param references model and data sets it names where those names can be read, so that they can be checked along with the rest
     */
    record Refused(List<FieldProblem> problems, NamedReferences references) implements Admission {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
