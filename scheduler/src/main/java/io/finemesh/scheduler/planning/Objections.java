package io.finemesh.scheduler.planning;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import java.util.ArrayList;
import java.util.List;

/** Everything that speaks against a submission, in the order it was found; the first one gives the whole its code. */
final class Objections {
    private final List<Failure> found = new ArrayList<>();

    void add(FailureCode code, String message) {
        found.add(new Failure(code, message));
    }

    void require(boolean holds, String message) {
        if (!holds) {
            add(FailureCode.INVALID_SPECIFICATION, message);
        }
    }

    boolean none() {
        return found.isEmpty();
    }

    Planning.Refused refusal() {
        List<String> messages = found.stream().map(Failure::message).toList();
        return new Planning.Refused(new Failure(found.getFirst().code(), String.join("; ", messages)));
    }
}
