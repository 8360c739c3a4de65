package io.finemesh.gateway.answer;

import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.RegistryBook;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Why an alias stands for what it stands for.
 *
 * @param model registry model
 * @param alias its alias
 * @param checkpoint what it stands for
 * @param chain from the alias back to what set everything off
 */
@Schema(description = "From an alias back over gate, evaluations, run, data and trigger")
public record WhyAnswer(String model, String alias, String checkpoint, List<Link> chain) {
    public WhyAnswer {
        chain = List.copyOf(chain);
    }

    /** Why an alias stands for what it stands for. */
    public static WhyAnswer of(MeshView mesh, RegistryBook.Page page) {
        return WhyChain.of(mesh, page);
    }

    /**
     * One step back.
     *
     * @param kind alias, gate, evaluation, checkpoint, run, segment, base, data or trigger
     * @param id what it is
     * @param sentence what it says, for people
     * @param link where more of it is
     */
    @Schema(description = "One step back")
    public record Link(String kind, String id, String sentence, Optional<String> link) {}
}
