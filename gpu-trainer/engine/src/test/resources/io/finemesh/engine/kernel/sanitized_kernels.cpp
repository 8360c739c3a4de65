// A program for sanitizers: every kernel on buffers of exactly the size it may touch, with ragged tails, in three orders of threads.
// Ends with 0 when all orders agree to the bit; a sanitizer ends it otherwise.
#include "host_kernels.cpp"

#include <cstdio>
#include <cstring>

typedef int (*Entry)(unsigned, unsigned, unsigned, unsigned, void**, int, uint64_t);

static std::vector<float> wave(size_t count, float pitch)
{
    std::vector<float> values(count);
    for (size_t index = 0; index < count; index++) {
        values[index] = sinf(pitch * (float) (index + 1));
    }
    return values;
}

static unsigned tiles(long long count, long long size)
{
    return (unsigned) ((count + size - 1) / size);
}

static bool same(const std::vector<float>& one, const std::vector<float>& other)
{
    return std::memcmp(one.data(), other.data(), one.size() * sizeof(float)) == 0;
}

static bool adam(long long count)
{
    std::vector<float> expected;
    for (int order = 0; order < 3; order++) {
        const unsigned blocks = tiles(count, 256);
        std::vector<float> weights = wave(count, 0.3f), gradient = wave(count, 0.7f);
        std::vector<unsigned char> means(count, 127), variances(count, 0);
        std::vector<float> mean_scales(blocks, 0.0f), variance_scales(blocks, 0.0f);
        std::vector<float> signed_map(256), unsigned_map(256);
        for (int code = 0; code < 256; code++) {
            signed_map[code] = (float) (code - 127) / 128.0f;
            unsigned_map[code] = (float) code / 255.0f;
        }
        float *w = weights.data(), *g = gradient.data(), *ms = mean_scales.data(), *vs = variance_scales.data();
        float *sm = signed_map.data(), *um = unsigned_map.data();
        unsigned char *m = means.data(), *v = variances.data();
        float scale = 1, beta1 = 0.9f, beta2 = 0.999f, mean_share = 0.1f, variance_share = 0.001f, step = 1e-3f, epsilon = 1e-8f, keep = 0.999f;
        void* arguments[] = {&w, &g, &m, &v, &ms, &vs, &sm, &um, &count, &scale, &beta1, &beta2,
            &mean_share, &variance_share, &step, &epsilon, &keep};
        for (int turn = 0; turn < 3; turn++) {
            if (host_adam_8bit_step(blocks, 1, 256, 1, arguments, order, 5) != 0) {
                return false;
            }
        }
        if (order == 0) {
            expected = weights;
        } else if (!same(expected, weights)) {
            return false;
        }
    }
    return true;
}

static bool projection(int rows, int columns, int inner, bool back)
{
    std::vector<float> expected;
    for (int order = 0; order < 3; order++) {
        std::vector<float> target = wave((size_t) rows * columns, 0.1f);
        const std::vector<float> left = wave((size_t) rows * inner, 0.2f), right = wave((size_t) inner * columns, 0.4f);
        float* t = target.data();
        const float *l = left.data(), *r = right.data();
        long long left_row = inner, one = 1, right_inner = columns;
        float step = -0.5f, keep = 0.9f;
        void* arguments[] = {&t, &l, &left_row, &one, &r, &right_inner, &one, &rows, &columns, &inner, &step, &keep};
        const Entry entry = back ? host_project_back_update : host_project;
        if (entry(tiles(columns, 16), tiles(rows, 16), 16, 16, arguments, order, 9) != 0) {
            return false;
        }
        if (order == 0) {
            expected = target;
        } else if (!same(expected, target)) {
            return false;
        }
    }
    return true;
}

int main()
{
    for (const long long count : {1LL, 255LL, 256LL, 257LL, 1000LL}) {
        if (!adam(count)) {
            std::printf("adam_8bit_step of %lld elements depends on the order of its threads\n", count);
            return 1;
        }
    }
    for (const int rows : {1, 16, 33}) {
        for (const int inner : {1, 17}) {
            if (!projection(rows, 21, inner, false) || !projection(rows, 21, inner, true)) {
                std::printf("a projection of %d x 21 over %d depends on the order of its threads\n", rows, inner);
                return 1;
            }
        }
    }
    return 0;
}
