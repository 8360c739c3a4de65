package io.finemesh.engine.tensor;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The exact singular value decomposition, by the driver that is exact on the device of the process. */
public final class SingularValues {
    /** Never freed: what LibTorch is given points to these bytes. */
    private static final BytePointer GENERAL_DRIVER = TensorScope.own(new BytePointer("gesvd"));

    private SingularValues() {}

    /**
     * U, the singular values in descending order, and Vᵀ, without the columns that belong to none; in the innermost scope.
     *
     * @param matrix [m, n]
     * @throws RuntimeException if the decomposition does not converge
     */
    public static T_TensorTensorTensor_T of(Tensor matrix) {
        return torch.linalg_svd(matrix, false, driver());
    }

    /** A device's first choice would be Jacobi's method, which stops at a residual of 1e-5 or so. The host has one driver. */
    private static StringViewOptional driver() {
        return Placement.onHost() ? new StringViewOptional() : new StringViewOptional(GENERAL_DRIVER);
    }
}
