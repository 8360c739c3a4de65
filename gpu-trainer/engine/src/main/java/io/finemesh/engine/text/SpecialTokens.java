package io.finemesh.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.checkpoint.model.ModelConfiguration;
import java.util.ArrayList;
import java.util.List;

/**
 * Token ids with a meaning of their own.
 *
 * @param endOfText ids that end a text; the first is the one appended in training, all of them stop generation; may be empty
 */
public record SpecialTokens(List<Integer> endOfText) {
    public SpecialTokens {
        endOfText = List.copyOf(endOfText);
    }

    /** As {@code config.json} has them. */
    public static SpecialTokens of(ModelConfiguration configuration) {
        return new SpecialTokens(configuration.eosTokenIds());
    }

    /**
     * Adds the ids that {@code generation_config.json} stops at. The id appended in training stays that of {@code config.json} where that has one:
     * generation configurations list every id that may stop, in no order that means anything.
     *
     * @throws TokenizerException if the file is not JSON or its {@code eos_token_id} is neither an id nor a list of ids
     */
    public SpecialTokens withGenerationConfig(byte[] generationConfigJson) {
        JsonNode ends;
        try {
            ends = StrictJson.object(generationConfigJson).path("eos_token_id");
        } catch (JsonException malformed) {
            throw new TokenizerException(
                    TokenizerException.Reason.MALFORMED,
                    "generation_config.json: " + malformed.getMessage(),
                    malformed);
        }
        List<Integer> all = new ArrayList<>(endOfText);
        if (ends.isArray()) {
            ends.forEach(id -> add(all, id));
        } else if (!ends.isMissingNode() && !ends.isNull()) {
            add(all, ends);
        }
        return new SpecialTokens(all);
    }

    private static void add(List<Integer> all, JsonNode id) {
        if (!id.isInt() || id.intValue() < 0) {
            throw new TokenizerException(
                    TokenizerException.Reason.MALFORMED,
                    "generation_config.json: eos_token_id has " + id + "; expected a token id or a list of token ids");
        }
        if (!all.contains(id.intValue())) {
            all.add(id.intValue());
        }
    }
}
