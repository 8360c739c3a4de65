package io.finemesh.template.limit;

/**
 * What one template may use. A chat template comes with a model somebody downloaded, so it is untrusted input.
 *
 * @param sourceCharacters longest template that is compiled, in characters
 * @param steps evaluated nodes, plus one for every 256 characters or elements an operation touches
 * @param outputCharacters longest text, final or intermediate, in characters
 * @param allocatedCells characters and elements that all values made while rendering may have together
 * @param depth nested evaluations: blocks, expressions and macro calls together
 * @param rangeElements longest {@code range(...)}; the field's sandbox allows 100000
 * @param integerBits longest integer; beyond it arithmetic is refused
 */
public record RenderLimits(
        int sourceCharacters,
        long steps,
        int outputCharacters,
        long allocatedCells,
        int depth,
        int rangeElements,
        int integerBits) {

    /** Enough for conversations of several million characters, and spent within seconds. */
    public static final RenderLimits DEFAULT =
            new RenderLimits(1 << 20, 5_000_000, 1 << 24, 1 << 27, 600, 100_000, 8192);

    public RenderLimits {
        if (sourceCharacters < 1
                || steps < 1
                || outputCharacters < 1
                || allocatedCells < 1
                || depth < 1
                || rangeElements < 0
                || integerBits < 64) {
            throw new IllegalArgumentException(
                    "limits of a rendering must be positive, and integers have at least 64 bits");
        }
    }
}
