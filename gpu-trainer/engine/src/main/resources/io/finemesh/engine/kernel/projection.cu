// A gradient into its low-rank subspace, and a step in the subspace back onto the weights, each fused with what follows it in memory.
//
// Both are products C (rows x columns) = A (rows x inner) B (inner x columns) of fp32 matrices that are addressed by strides, so that one kernel
// serves the left side (Pt G, P N) and the right side (G Qt, N Q) without a transposed copy. A thread block of 16 x 16 threads makes a tile of C;
// the grid has ceil(columns / 16) x ceil(rows / 16) blocks. Products are added in the order of the inner index whatever the grid is.

#define TILE 16

static __device__ float product(
    const float* left,
    long long left_row_stride,
    long long left_inner_stride,
    const float* right,
    long long right_inner_stride,
    long long right_column_stride,
    int rows,
    int columns,
    int inner)
{
    __shared__ float left_tile[TILE][TILE];
    __shared__ float right_tile[TILE][TILE + 1]; // one more column: neighbours in a column lie in different banks

    const int column_in_tile = (int) threadIdx.x;
    const int row_in_tile = (int) threadIdx.y;
    const long long row = (long long) blockIdx.y * TILE + row_in_tile;
    const long long column = (long long) blockIdx.x * TILE + column_in_tile;

    float sum = 0.0f;
    for (int begin = 0; begin < inner; begin += TILE) {
        const int left_inner = begin + column_in_tile;
        const int right_inner = begin + row_in_tile;
        left_tile[row_in_tile][column_in_tile] =
            row < rows && left_inner < inner ? left[row * left_row_stride + left_inner * left_inner_stride] : 0.0f;
        right_tile[row_in_tile][column_in_tile] =
            column < columns && right_inner < inner ? right[right_inner * right_inner_stride + column * right_column_stride] : 0.0f;
        __syncthreads();
        const int width = inner - begin < TILE ? inner - begin : TILE;
        for (int index = 0; index < width; index++) {
            sum += left_tile[row_in_tile][index] * right_tile[index][column_in_tile];
        }
        __syncthreads();
    }
    return sum;
}

// low (rows x columns, contiguous) += scale * A B: gradients of micro-batches are added up in the subspace.
extern "C" __global__ void project(
    float* low,
    const float* left,
    long long left_row_stride,
    long long left_inner_stride,
    const float* right,
    long long right_inner_stride,
    long long right_column_stride,
    int rows,
    int columns,
    int inner,
    float scale)
{
    const float sum = product(
        left, left_row_stride, left_inner_stride, right, right_inner_stride, right_column_stride, rows, columns, inner);
    const long long row = (long long) blockIdx.y * TILE + threadIdx.y;
    const long long column = (long long) blockIdx.x * TILE + threadIdx.x;
    if (row < rows && column < columns) {
        low[row * columns + column] += scale * sum;
    }
}

// weights (rows x columns, contiguous) = (weights + step * A B) * keep: the full-size update never exists in memory.
extern "C" __global__ void project_back_update(
    float* weights,
    const float* left,
    long long left_row_stride,
    long long left_inner_stride,
    const float* right,
    long long right_inner_stride,
    long long right_column_stride,
    int rows,
    int columns,
    int inner,
    float step,
    float keep)
{
    const float sum = product(
        left, left_row_stride, left_inner_stride, right, right_inner_stride, right_column_stride, rows, columns, inner);
    const long long row = (long long) blockIdx.y * TILE + threadIdx.y;
    const long long column = (long long) blockIdx.x * TILE + threadIdx.x;
    if (row < rows && column < columns) {
        const long long index = row * columns + column;
        weights[index] = (weights[index] + step * sum) * keep;
    }
}
