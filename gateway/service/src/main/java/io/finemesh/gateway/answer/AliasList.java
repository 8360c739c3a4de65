package io.finemesh.gateway.answer;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Aliases.
 *
 * @param aliases of all models, by name
 */
@Schema(description = "Aliases of all models")
public record AliasList(List<AliasAnswer> aliases) {
    public AliasList {
        aliases = List.copyOf(aliases);
    }
}
