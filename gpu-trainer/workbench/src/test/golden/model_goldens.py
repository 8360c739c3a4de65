"""Makes the expected numbers of models whose family has no golden folder: tiny models with closed-form weights, computed by torch and transformers.

    python model_goldens.py OUT [--folders DIR] [NAME ...]

OUT receives NAME.json: the configuration and the expected numbers. With --folders, DIR/NAME receives a Hugging Face folder with expected.json beside
the weights, for `finemesh parity`. Needs torch and transformers; the numbers in this repository were made with the versions in "made_with".
"""
import argparse
import json
import pathlib
import zlib

import numpy
import torch
import transformers

PLAIN = {
    "vocab_size": 256, "hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 4, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 16, "max_position_embeddings": 512, "rms_norm_eps": 1e-5,
    "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "attention_dropout": 0.0, "tie_word_embeddings": False,
    "hidden_act": "silu",
}
GEMMA = {"hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu_pytorch_tanh", "tie_word_embeddings": True,
         "rms_norm_eps": 1e-6, "head_dim": 32}

# name: (model_type, architecture, T, what differs from PLAIN)
MODELS = {
    "mistral": ("mistral", "MistralForCausalLM", 24, {"sliding_window": None, "rope_theta": 1e6}),
    "gemma": ("gemma", "GemmaForCausalLM", 24, {**GEMMA, "num_key_value_heads": 1}),
    "gemma2-long": ("gemma2", "Gemma2ForCausalLM", 150, {
        **GEMMA, "sliding_window": 40, "query_pre_attn_scalar": 24, "attn_logit_softcapping": 5.0, "final_logit_softcapping": 3.0}),
    "gemma3": ("gemma3_text", "Gemma3ForCausalLM", 24, {
        **GEMMA, "sliding_window": 8, "sliding_window_pattern": 3, "query_pre_attn_scalar": 24, "rope_theta": 1e6,
        "rope_local_base_freq": 1e4, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}),
    "phi3": ("phi3", "Phi3ForCausalLM", 24, {"head_dim": None, "sliding_window": None}),
    "phi3-partial": ("phi3", "Phi3ForCausalLM", 24, {"head_dim": None, "sliding_window": 9, "partial_rotary_factor": 0.75}),
    # Rows beyond the original context, greedy tokens from within to beyond; and rows within it.
    "phi3-long": ("phi3", "Phi3ForCausalLM", 24, {
        "head_dim": None, "sliding_window": None, "original_max_position_embeddings": 16, "rope_scaling": {
            "rope_type": "longrope", "short_factor": [1.0, 1.1, 1.3, 1.6, 2.0, 2.5, 3.0, 3.5],
            "long_factor": [1.0, 1.5, 2.5, 4.0, 7.0, 11.0, 17.0, 25.0]}}),
    "phi3-within": ("phi3", "Phi3ForCausalLM", 24, {
        "head_dim": None, "sliding_window": None, "partial_rotary_factor": 0.75, "original_max_position_embeddings": 26, "rope_scaling": {
            "rope_type": "longrope", "short_factor": [1.0, 1.1, 1.3, 1.6, 2.0, 2.5], "long_factor": [1.0, 1.5, 2.5, 4.0, 7.0, 11.0]}}),
    "qwen2-window": ("qwen2", "Qwen2ForCausalLM", 24, {
        "head_dim": None, "use_sliding_window": True, "sliding_window": 8, "max_window_layers": 2}),
    "qwen3-bias": ("qwen3", "Qwen3ForCausalLM", 24, {"attention_bias": True, "head_dim": 32, "hidden_act": "gelu"}),
    "llama-yarn": ("llama", "LlamaForCausalLM", 150, {
        "attention_bias": True, "mlp_bias": True,
        "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128}}),
    "llama-linear-pad": ("llama", "LlamaForCausalLM", 24, {
        "pad_token_id": 29, "num_key_value_heads": 4, "rope_scaling": {"rope_type": "linear", "factor": 2.5}}),
}
STEPS, RATE, INTERVAL = 12, 1e-3, 3
BATCH = ("ids[i][t]=3+((7*i*i+13*t+5*s*s+11*i*t+s*t) mod 253), i in 0..1, t in 0..T-1, s=step; "
         "labels=ids with the first T//4 of each row and the last 3 of row 1 masked (-100)")


def hashed(name, count):
    """Uniform in [-1/2, 1/2), 16 bits: exact in 32-bit floats and the same in every language."""
    x = numpy.arange(count, dtype=numpy.uint64) * 0x9E3779B1 + zlib.crc32(name.encode())
    x &= 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x ^= x >> shift
        x = (x * factor) & 0xFFFFFFFF
    x ^= x >> 16
    return (x >> 16).astype(numpy.float64) / 65536 - 0.5


def fill(model, one_plus):
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            values = hashed(name, tensor.numel())
            if name.endswith("norm.weight"):
                values = values / 4 + (0 if one_plus else 1)
            elif name.endswith(".bias"):
                values = values / 4
            else:
                values = values / 4 if "layers" in name else values / 2
            tensor.copy_(torch.from_numpy(values.astype(numpy.float32)).view(tensor.shape))


def batch(step, length):
    i = torch.arange(2)[:, None]
    t = torch.arange(length)[None, :]
    ids = 3 + (7 * i * i + 13 * t + 5 * step * step + 11 * i * t + step * t) % 253
    labels = ids.clone()
    labels[:, : length // 4] = -100
    labels[1, -3:] = -100
    return ids, labels


def loss_of(model, step, length):
    ids, labels = batch(step, length)
    return model(input_ids=ids, labels=labels).loss


def rounded(values):
    return [float(f"{float(v):.9g}") for v in values]


def norms(model):
    return {n: rounded([p.detach().double().norm()])[0] for n, p in model.named_parameters()}


def curve(model, length, parameters_at):
    """Losses before each update and after the last; parameters_at(step) gives an optimizer when another one takes over."""
    losses, optimizer = [], None
    for step in range(STEPS):
        optimizer = parameters_at(step) or optimizer
        model.zero_grad(set_to_none=True)
        loss = loss_of(model, step, length)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    losses.append(loss_of(model, STEPS, length).item())
    return rounded(losses)


def adam(parameters):
    return torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)


class Projected(torch.optim.Optimizer):
    """AdamW on projected gradients (GaLore, arXiv 2403.03507), written from the description: every GAP updates a basis of the gradient's leading singular
    vectors on the smaller side, each with its largest entry positive; epsilon is added before bias correction; no decay. Weights that are not to be projected
    are updated by the same rule without a basis."""

    RANK, GAP, SCALE, EPSILON = 8, 4, 0.25, 1e-6

    def __init__(self, named):
        self.names = {id(p): n for n, p in named}
        super().__init__([p for _, p in named], {"lr": RATE})

    def basis(self, gradient):
        u, _, vh = torch.linalg.svd(gradient, full_matrices=False)
        vectors = (vh if gradient.shape[0] >= gradient.shape[1] else u.T)[: self.RANK]
        largest = vectors.abs().argmax(dim=1, keepdim=True)
        return vectors * vectors.gather(1, largest).sign()

    @torch.no_grad()
    def step(self):
        for p in self.param_groups[0]["params"]:
            state, gradient, name = self.state[p], p.grad, self.names[id(p)]
            count = state.get("count", 0)
            projected = p.ndim == 2 and ("attn" in name or "mlp" in name)
            right = p.ndim == 2 and p.shape[0] >= p.shape[1]
            if projected:
                if count % self.GAP == 0:
                    state["basis"] = self.basis(gradient)
                gradient = gradient @ state["basis"].T if right else state["basis"] @ gradient
            if count == 0:
                state["m"], state["v"] = torch.zeros_like(gradient), torch.zeros_like(gradient)
            state["count"] = count + 1
            state["m"].mul_(0.9).add_(gradient, alpha=0.1)
            state["v"].mul_(0.999).addcmul_(gradient, gradient, value=0.001)
            update = state["m"] / (state["v"].sqrt() + self.EPSILON)
            if projected:
                update = self.SCALE * (update @ state["basis"] if right else state["basis"].T @ update)
            rate = RATE * (1 - 0.999 ** (count + 1)) ** 0.5 / (1 - 0.9 ** (count + 1))
            p.add_(update, alpha=-rate)


def expected(name, folders):
    kind, architecture, length, more = MODELS[name]
    fields = {**PLAIN, **more}
    raw = {"model_type": kind, "architectures": [architecture], **{k: v for k, v in fields.items() if not (k == "head_dim" and v is None)}}
    config = transformers.AutoConfig.for_model(kind, **{k: v for k, v in raw.items() if k not in ("model_type", "architectures")})
    config.pad_token_id = fields["pad_token_id"]

    def fresh():
        model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
        fill(model, kind.startswith("gemma"))
        return model

    model = fresh()
    ids, labels = batch(0, length)
    out = model(input_ids=ids, labels=labels)
    out.loss.backward()
    grads = {n: {"norm": rounded([p.grad.double().norm()])[0], "first4": rounded(p.grad.flatten()[:4])}
             for n, p in model.named_parameters()}
    prompt = ids[0, :12].tolist()
    for _ in range(16):
        prompt.append(int(model(input_ids=torch.tensor([prompt])).logits[0, -1].argmax()))
    result = {
        "model": name,
        "made_with": {"torch": torch.__version__, "transformers": transformers.__version__},
        "batch": BATCH,
        "T": length,
        "loss": rounded([out.loss])[0],
        "logits_row0_last_first16": rounded(out.logits[0, -1, :16]),
        "logits_row1_mid_first16": rounded(out.logits[1, length // 2, :16]),
        "logits_norm": rounded([out.logits.detach().double().norm()])[0],
        "grads": grads,
        "greedy_16_after_first_12_ids_of_row0": prompt[12:],
        "hyper": {
            "lr": RATE, "steps": STEPS, "adamw": "betas .9 .999, eps 1e-8, wd .01 on all",
            "galore": {"rank": Projected.RANK, "update_proj_gap": Projected.GAP, "scale": Projected.SCALE, "proj_type": "std",
                       "eps": Projected.EPSILON, "wd": 0.0, "projected": "2-D weights whose name has attn or mlp",
                       "sign_rule": "largest |entry| of each singular vector positive"},
            "badam": {"K": INTERVAL, "mode": "ascending, start 0", "first_block_steps": "K-1 (reference behaviour)",
                      "trained": "decoder layers only", "wd": 0.01, "eps": 1e-8},
        },
    }
    model = fresh()
    result["loss_adamw"] = curve(model, length, lambda step: adam(model.parameters()) if step == 0 else None)
    result["final_norms_adamw"] = norms(model)
    model = fresh()
    result["loss_galore"] = curve(model, length, lambda step: Projected(list(model.named_parameters())) if step == 0 else None)
    result["final_norms_galore"] = norms(model)
    model = fresh()
    layers = model.model.layers

    def block(step):
        visit, first = divmod(step + 1, INTERVAL)
        if step > 0 and first != 0:
            return None
        for p in model.parameters():
            p.requires_grad_(False)
        active = list(layers[visit % len(layers)].parameters())
        for p in active:
            p.requires_grad_(True)
        return adam(active)

    result["loss_badam"] = curve(model, length, block)
    result["final_norms_badam"] = norms(model)
    if folders:
        folder = folders / name
        fresh().save_pretrained(folder)
        (folder / "expected.json").write_text(json.dumps(result, indent=1))
    return {"config": raw, "expected": result}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--folders", type=pathlib.Path)
    parser.add_argument("names", nargs="*", default=[])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in arguments.names or MODELS:
        text = json.dumps(expected(name, arguments.folders), separators=(",", ":"))
        (arguments.out / f"{name}.json").write_text(text + "\n")
        print(name, flush=True)


main()
