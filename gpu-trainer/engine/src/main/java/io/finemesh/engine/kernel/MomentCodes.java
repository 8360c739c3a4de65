package io.finemesh.engine.kernel;

import org.bytedeco.pytorch.Tensor;

/**
 * Adam's moments as 8-bit codes: blocks of 256 elements of the flattened tensor with one scale each.
 *
 * @param meanCodes of the first moment, unsigned bytes of the signed map, (elements)
 * @param varianceCodes of the second moment, unsigned bytes of the unsigned map, (elements)
 * @param meanScales largest magnitude in each block, fp32, (ceil(elements / 256))
 * @param varianceScales likewise
 */
public record MomentCodes(Tensor meanCodes, Tensor varianceCodes, Tensor meanScales, Tensor varianceScales) {}
