// One step of AdamW whose moments are kept as 8-bit codes, in one pass over weights, gradient and codes.
//
// A thread block serves one quantization block of 256 consecutive elements, a thread one element; the grid has ceil(count / 256) blocks.
// The codes index two sorted maps of 256 values; each quantization block has a scale per moment, the largest magnitude in it.
// The weights are moved by the moments as just computed, in fp32, before they are rounded to codes. Decay comes after the step, decoupled.
// An element whose gradient is not finite keeps its weight, and its moments start again at zero.
//
// No operation is contracted (--fmad=false), so a build for the host gives the same bits.

#define QUANTIZATION_BLOCK 256

// Index of the map's value nearest to the given one; halfway goes to the lower one.
static __device__ int nearest_code(const float* map, float value)
{
    int below = 0;
    int above = 255;
    while (above - below > 1) {
        const int middle = (below + above) / 2;
        if (map[middle] <= value) {
            below = middle;
        } else {
            above = middle;
        }
    }
    return value > (map[below] + map[above]) * 0.5f ? above : below;
}

// A variance that is not zero must not become zero: the next step would divide a mean by epsilon alone. Code 0 of the unsigned map is zero.
static __device__ int code_of_positive(int code, float value)
{
    return code == 0 && value > 0.0f ? 1 : code;
}

// A small mean must not be rounded to zero or to the other sign: then it would never, or wrongly, move its weight. The map has no negative zero,
// so a tiny positive one may become zero, as with the implementation this follows.
static __device__ int code_of_same_sign(const float* map, int code, float value)
{
    const bool negative = map[code] < 0.0f;
    if (value > 0.0f && negative) {
        return code + 1;
    }
    if (value < 0.0f && !negative) {
        return code - 1;
    }
    return code;
}

extern "C" __global__ void adam_8bit_step(
    float* weights,
    const float* gradient,
    unsigned char* mean_codes,
    unsigned char* variance_codes,
    float* mean_scales,
    float* variance_scales,
    const float* signed_map,
    const float* unsigned_map,
    long long count,
    float gradient_scale,
    float beta1,
    float beta2,
    float mean_share,
    float variance_share,
    float step_size,
    float denominator_epsilon,
    float keep)
{
    __shared__ float signed_values[QUANTIZATION_BLOCK];
    __shared__ float unsigned_values[QUANTIZATION_BLOCK];
    __shared__ float largest_mean[QUANTIZATION_BLOCK];
    __shared__ float largest_variance[QUANTIZATION_BLOCK];

    const int lane = (int) threadIdx.x;
    const long long index = (long long) blockIdx.x * QUANTIZATION_BLOCK + lane;
    const bool inside = index < count;

    signed_values[lane] = signed_map[lane];
    unsigned_values[lane] = unsigned_map[lane];
    __syncthreads();

    float mean = 0.0f;
    float variance = 0.0f;
    if (inside) {
        const float slope = gradient[index] * gradient_scale;
        if (isfinite(slope)) {
            const float old_mean = signed_values[mean_codes[index]] * mean_scales[blockIdx.x];
            const float old_variance = unsigned_values[variance_codes[index]] * variance_scales[blockIdx.x];
            // The shares are 1 - beta, rounded once: in 32 bits 1 - 0.999 is off by 1e-5, which moves codes of the variance.
            mean = old_mean * beta1 + slope * mean_share;
            variance = old_variance * beta2 + slope * slope * variance_share;
            const float moved = weights[index] - step_size * (mean / (sqrtf(variance) + denominator_epsilon));
            weights[index] = moved * keep;
        }
    }

    largest_mean[lane] = fabsf(mean);
    largest_variance[lane] = variance;
    for (int half = QUANTIZATION_BLOCK / 2; half > 0; half /= 2) {
        __syncthreads();
        if (lane < half) {
            largest_mean[lane] = fmaxf(largest_mean[lane], largest_mean[lane + half]);
            largest_variance[lane] = fmaxf(largest_variance[lane], largest_variance[lane + half]);
        }
    }
    __syncthreads();

    const float mean_scale = largest_mean[0];
    const float variance_scale = largest_variance[0];
    if (inside) {
        const float relative_mean = mean_scale > 0.0f ? mean / mean_scale : 0.0f;
        const float relative_variance = variance_scale > 0.0f ? variance / variance_scale : 0.0f;
        const int code = nearest_code(signed_values, relative_mean);
        mean_codes[index] = (unsigned char) code_of_same_sign(signed_values, code, mean);
        const int variance_code = nearest_code(unsigned_values, relative_variance);
        variance_codes[index] = (unsigned char) code_of_positive(variance_code, variance);
    }
    if (lane == 0) {
        mean_scales[blockIdx.x] = mean_scale;
        variance_scales[blockIdx.x] = variance_scale;
    }
}
