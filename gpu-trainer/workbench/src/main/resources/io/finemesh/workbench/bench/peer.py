"""Trains a case of `finemesh bench` the way it is usually done in Python, and prints the same figures.

Reads the case as JSON from its input. Samples are padded to the longest of their batch, as a data collator does; padding is not counted as tokens.
"""
import importlib.util
import json
import resource
import statistics
import sys
import time
import types

import torch
import transformers


def batches(case):
    """Token ids, attention mask and labels of each step; the formula of a token is the engine's."""
    vocabulary = case["config"]["vocab_size"]
    lengths, unlabelled, size = case["lengths"], case["unlabelled"], case["batch_size"]
    for step in range(case["warm_up"] + case["steps"]):
        chosen = range(step * size, (step + 1) * size)
        width = max(lengths[sample] for sample in chosen)
        ids = torch.zeros(size, width, dtype=torch.long)
        mask = torch.zeros(size, width, dtype=torch.long)
        labels = torch.full((size, width), -100, dtype=torch.long)
        for row, sample in enumerate(chosen):
            length = lengths[sample]
            tokens = [3 + (sample * 131 + p * 37 + p * p % 101) % (vocabulary - 3) for p in range(length)]
            ids[row, :length] = torch.tensor(tokens)
            mask[row, :length] = 1
            labels[row, unlabelled[sample]:length] = ids[row, unlabelled[sample]:length]
        yield ids, mask, labels, sum(lengths[sample] for sample in chosen)


def absent(name, **attributes):
    """Lets a module that is not installed be imported, with nothing in it but some attributes."""
    parent = name.rpartition(".")[0]
    missing = getattr(sys.modules.get(parent), "is_absent", False) if parent else importlib.util.find_spec(name) is None
    if missing:
        module = types.ModuleType(name)
        module.__dict__.update(attributes, __path__=[], is_absent=True)
        sys.modules[name] = module


def optimizer(case, model):
    """The reference implementation of the method."""
    rate, decay = 1e-4, 0.01
    if case["method"] == "adamw":
        return torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay, fused=True)
    if case["method"] == "badam":
        from badam import BlockOptimizer

        inner = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
        prefixes = [[f"model.layers.{layer}."] for layer in range(case["config"]["num_hidden_layers"])]
        return BlockOptimizer(
            base_optimizer=inner,
            named_parameters_list=list(model.named_parameters()),
            block_prefix_list=prefixes,
            switch_block_every=case["switch_interval"],
            switch_mode="ascending",
            verbose=0,
        )
    if case["method"] == "galore":
        # The package imports two libraries at its top that this optimizer never calls.
        absent("tensorly", tenalg=None)
        absent("tensorly.decomposition", tucker=None)
        absent("bitsandbytes")
        absent("bitsandbytes.optim")
        absent("bitsandbytes.optim.optimizer", Optimizer2State=object)
        from galore_torch import GaLoreAdamW

        projected = [p for name, p in model.named_parameters() if p.dim() == 2 and ".layers." in name]
        chosen = {id(p) for p in projected}
        rest = [p for p in model.parameters() if id(p) not in chosen]
        groups = [
            {"params": rest},
            {"params": projected, "rank": case["rank"], "update_proj_gap": case["refresh_interval"],
             "scale": case["galore_scale"], "proj_type": "std"},
        ]
        return GaLoreAdamW(groups, lr=rate, weight_decay=decay, no_deprecation_warning=True)
    raise SystemExit(f"no peer for method {case['method']}")


def peak_bytes(device):
    """The device's memory in tensors where there is one, else the process's."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    case = json.load(sys.stdin)
    torch.set_num_threads(case["threads"])
    torch.manual_seed(7)
    settings = transformers.AutoConfig.for_model(**case["config"])
    settings.use_cache = False
    device = torch.device(case["device"])
    with device:
        model = transformers.AutoModelForCausalLM.from_config(settings)
    if case["precision"] == "bf16":
        model = model.to(torch.bfloat16)
    if case["activations"] == "recompute":
        model.gradient_checkpointing_enable()
    model.train()
    chosen = optimizer(case, model)
    ends, tokens, losses = [], [], []
    for ids, mask, labels, useful in batches(case):
        attention = None if bool(mask.all()) else mask.to(device)
        ids, labels = ids.to(device), labels.to(device)
        loss = model(input_ids=ids, attention_mask=attention, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.grad is not None], 1.0)
        chosen.step()
        chosen.zero_grad(set_to_none=True)
        losses.append(loss.item())
        tokens.append(useful)
        ends.append(time.perf_counter())
    warm_up = case["warm_up"]
    seconds = [ends[step] - ends[step - 1] for step in range(warm_up, len(ends))]
    print(json.dumps({
        "who": f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}, {case['method']}",
        "usefulTokensPerSecond": sum(tokens[warm_up:]) / sum(seconds),
        "secondsPerStep": sum(seconds) / len(seconds),
        "slowestStepSeconds": max(seconds),
        "medianStepSeconds": statistics.median(seconds),
        "peakResidentBytes": peak_bytes(device),
        "firstLoss": losses[0],
        "lastLoss": losses[-1],
        "phaseSeconds": {},
    }))


main()
