package io.finemesh.gateway.http;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.gateway.admission.Elsewhere;
import io.finemesh.gateway.admission.SpecificationReader;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import java.util.Optional;
import java.util.regex.Pattern;

/** Path, query and header values, each refused with what is allowed. */
final class Parameters {
    private static final Pattern CHECKPOINT = Pattern.compile("ck-[0-9a-f]{32}");
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,18}");
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7E]{1,255}");

    private Parameters() {}

    static RunId run(String text) {
        try {
            return new RunId(text);
        } catch (IllegalArgumentException refused) {
            throw ProblemException.of(ProblemType.MALFORMED_IDENTIFIER, refused.getMessage());
        }
    }

    static CheckpointId checkpoint(String text) {
        if (!CHECKPOINT.matcher(text).matches()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_IDENTIFIER,
                    "the checkpoint id is '" + shown(text) + "', allowed: ck- and 32 hexadecimal digits");
        }
        return new CheckpointId(text);
    }

    static String modelName(String text) {
        if (!SpecificationReader.MODEL.matcher(text).matches()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_IDENTIFIER,
                    "the model name is '" + shown(text)
                            + "', allowed: 1 to 64 letters, digits or . _ - beginning with a letter or digit");
        }
        return text;
    }

    static String datasetName(String text) {
        Elsewhere.advice(text, "upload").ifPresent(advice -> {
            throw ProblemException.of(
                    ProblemType.MALFORMED_IDENTIFIER, "the data set is '" + shown(text) + "', " + advice);
        });
        if (!SpecificationReader.DATASET.matcher(text).matches()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_IDENTIFIER,
                    "the data set is '" + shown(text)
                            + "', allowed: a name of 1 to 64 letters, digits or . _ - beginning with a letter or digit, or name@number");
        }
        return text;
    }

    /** A query parameter that must be there. */
    static String required(String name, String value, String allowed) {
        if (value == null || value.isBlank()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST, "the query parameter " + name + " is missing; allowed: " + allowed);
        }
        return value;
    }

    static long whole(String name, String value, long otherwise, long least, long most) {
        if (value == null) {
            return otherwise;
        }
        if (!WHOLE.matcher(value).matches() || Long.parseLong(value) < least || Long.parseLong(value) > most) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the query parameter " + name + " is '" + shown(value) + "', allowed: a whole number from " + least
                            + " to " + most);
        }
        return Long.parseLong(value);
    }

    static Optional<String> idempotencyKey(String value) {
        if (value == null) {
            return Optional.empty();
        }
        if (!KEY.matcher(value).matches()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the header Idempotency-Key is '" + shown(value)
                            + "', allowed: 1 to 255 visible ASCII characters, such as a UUID");
        }
        return Optional.of(value);
    }

    /** Foreign text, printable and short. */
    static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}+", " ");
        return printable.length() <= 80 ? printable : printable.substring(0, 80) + "...";
    }
}
