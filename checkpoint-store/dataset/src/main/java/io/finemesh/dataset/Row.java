package io.finemesh.dataset;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** What became of one row. */
public sealed interface Row {

    /**
     * It can be trained on.
     *
     * @param turns at most one system message, then user and assistant in turn, the assistant last; after an assistant's calls come their
     *     results
     * @param tools that the assistant may call, as a JSON list
     */
    record Kept(List<Turn> turns, Optional<String> tools) implements Row {
        public Kept {
            turns = List.copyOf(turns);
            requireNonNull(tools, "tools is null");
        }
    }

    /**
     * It can be asked by an evaluation task, and not trained on.
     *
     * @param json the row, one JSON object on one line
     */
    record Document(String json) implements Row {
        public Document {
            requireNonNull(json, "json is null");
        }
    }

    /**
     * It is left out.
     *
     * @param reason kind of reason, for counting
     * @param detail what was found and what is allowed, for a person
     */
    record Dropped(DropReason reason, String detail) implements Row {
        public Dropped {
            requireNonNull(reason, "reason is null");
            requireNonNull(detail, "detail is null");
        }
    }
}
