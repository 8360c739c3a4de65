package io.finemesh.gateway.admission;

import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.LearningRateShape;
import io.finemesh.contract.run.Method;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.TraceDetail;

/**
 * What a field means when it is left out. Where LLaMA-Factory or the transformers trainer has the field, their default is taken, so
 * that a configuration carried over trains the same.
 */
final class Defaults {
    static final PromptTemplate TEMPLATE = PromptTemplate.PLAIN;
    static final Precision PRECISION = Precision.FP32;
    static final long SEED = 42;
    static final Method METHOD = Method.BADAM;
    static final BlockOrder BLOCK_ORDER = BlockOrder.ASCENDING;
    static final int SWITCH_INTERVAL = 50;
    /** Wire form of {@code badam_switch_interval: auto}. */
    static final int SWITCH_INTERVAL_AUTO = 0;

    static final int GALORE_RANK = 16;
    static final int GALORE_UPDATE_INTERVAL = 200;
    static final double GALORE_SCALE = 2.0;
    static final double GALORE_GROW_AT = 0.8;
    static final double GALORE_SHRINK_BELOW = 0.3;
    static final int LORA_RANK = 8;

    /** Largest whole number that every JSON reader keeps exactly. */
    static final long LARGEST_WHOLE = (1L << 53) - 1;

    static final double LARGEST_IMPORTANCE = 1e9;
    static final double LEARNING_RATE = 5e-5;
    static final LearningRateShape SHAPE = LearningRateShape.LINEAR;
    static final double FINAL_FRACTION = 0;
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPSILON = 1e-8;
    static final double WEIGHT_DECAY = 0;
    static final double MAX_GRADIENT_NORM = 1;
    static final int MICRO_BATCH = 8;
    static final int ACCUMULATION = 1;
    static final int CUTOFF_TOKENS = 2048;
    static final int SAVE_STEPS = 500;
    static final int MAX_NEW_TOKENS = 256;
    static final TraceDetail TRACE = TraceDetail.SEGMENT;

    private Defaults() {}
}
