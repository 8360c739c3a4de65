package io.finemesh.engine.kernel;

import org.bytedeco.pytorch.Tensor;

/**
 * What the 256 codes of quantized moments stand for, on the device that uses them.
 *
 * @param signed values of the codes of first moments, ascending fp32, (256)
 * @param unsigned values of the codes of second moments, ascending fp32, (256)
 * @param signedZero the code of zero in the signed map; it is 0 in the unsigned one
 */
public record CodeMaps(Tensor signed, Tensor unsigned, int signedZero) {}
