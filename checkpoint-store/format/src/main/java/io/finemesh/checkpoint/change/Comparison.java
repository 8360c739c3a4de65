package io.finemesh.checkpoint.change;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import java.util.ArrayList;
import java.util.List;

/** Goes through two models, one pair of tensors at a time, so that memory is bounded by the largest pair and not by the models. */
public final class Comparison {
    private final ChangeMeter meter;

    /** @param meter does the arithmetic */
    public Comparison(ChangeMeter meter) {
        this.meter = meter;
    }

    /** What became of each tensor of two models that lie in local files. */
    public List<TensorChange> compare(List<TensorPairs.Pairing> pairings, TensorSource base, TensorSource now) {
        List<TensorChange> changes = new ArrayList<>();
        for (TensorPairs.Pairing pairing : pairings) {
            changes.add(
                    switch (pairing) {
                        case TensorPairs.Single single -> single.change();
                        case TensorPairs.Pair pair -> compare(base.data(pair.name()), now.data(pair.name()));
                    });
        }
        return changes;
    }

    /** What became of one tensor. Equal bytes are not read as numbers. */
    public TensorChange compare(TensorData base, TensorData now) {
        if (base.dtype() == now.dtype() && base.bytes().mismatch(now.bytes()) < 0) {
            return new TensorChange.Unchanged(now.name(), now.shape());
        }
        return meter.measure(base, now);
    }
}
