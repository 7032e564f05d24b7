#include <map>
#include <memory>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/cache_formats.h"
#include "cli/command.h"
#include "cli/json_lines.h"
#include "cli/model_source.h"
#include "cli/terminal.h"

namespace linnet::cli {
namespace {

struct Args {
  std::string model;
  bool json = false;
  bool metadata = false;
  bool tensors = false;
};

struct FormatTotal {
  std::uint64_t n_tensors = 0, n_parameters = 0, n_bytes = 0;
};

std::map<std::string, FormatTotal> totals_by_format(const std::vector<TensorInfo>& tensors) {
  std::map<std::string, FormatTotal> totals;
  for (const TensorInfo& tensor : tensors) {
    FormatTotal& total = totals[tensor.format];
    ++total.n_tensors;
    total.n_parameters +=
        std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::uint64_t{1}, std::multiplies<>());
    total.n_bytes += tensor.n_bytes;
  }
  return totals;
}

// Of the keys and values of one token in all layers.
double token_bytes(const ModelInfo& info, const CacheFormatInfo& cache) {
  return static_cast<double>(info.n_layers) * cache_bytes(info, cache);
}

std::string special_token(const Model& model, Token token) {
  return token == kNoToken ? "none" : fmt::format("{} {}", token, model.piece(token).value());
}

// What MetadataEntry::value says, as JSON has it: numbers, strings and short arrays; other values stay texts.
Json typed(const std::string& value) { return parse_json(value).value_or(Json(value)); }

Json to_json(const Args& args, const Model& model) {
  const ModelInfo& info = model.info();
  Json json{{"architecture", info.architecture},
            {"name", info.name},
            {"n_parameters", info.n_parameters},
            {"file_bytes", info.n_file_bytes},
            {"n_layers", info.n_layers},
            {"n_heads", info.n_heads},
            {"n_kv_heads", info.n_kv_heads},
            {"head_dim", info.head_dim},
            {"d_model", info.d_model},
            {"d_ff", info.d_ff},
            {"n_vocab", info.n_vocab},
            {"n_ctx", info.n_ctx_train},
            {"bos", model.bos_token()},
            {"eos", model.eos_token()},
            {"chat_template", model.chat_template()}};
  if (info.n_layers != 0) {
    for (const CacheFormatInfo& cache : kCacheFormats) {
      json["cache_bytes_per_token"][std::string(cache.name)] = token_bytes(info, cache);
    }
  }
  json["formats"] = Json::object();
  const auto tensors = model.tensors().value();
  for (const auto& [format, total] : totals_by_format(tensors)) {
    json["formats"][format] = {
        {"tensors", total.n_tensors}, {"parameters", total.n_parameters}, {"bytes", total.n_bytes}};
  }
  if (args.metadata) {
    const std::vector<MetadataEntry> metadata = model.metadata().value();
    for (const auto& [key, type, value] : metadata) {
      json["metadata"].push_back({{"key", key}, {"type", type}, {"value", typed(value)}});
    }
  }
  if (args.tensors) {
    for (const auto& [name, format, shape, n_bytes] : tensors) {
      json["tensors"].push_back({{"name", name}, {"format", format}, {"shape", shape}, {"bytes", n_bytes}});
    }
  }
  return json;
}

void print_summary(const Model& model, const std::vector<TensorInfo>& tensors) {
  const ModelInfo& info = model.info();
  const auto row = [](std::string_view name, const auto& value) {
    print(fmt::format("{:15} {}\n", name, value));
  };
  std::string formats;
  for (const auto& [format, total] : totals_by_format(tensors)) {
    formats += fmt::format("{}{} {:.1f} MB in {}", formats.empty() ? "" : ", ", format,
                           static_cast<double>(total.n_bytes) / 1e6, total.n_tensors);
  }
  row("name", info.name);
  row("architecture", info.architecture);
  row("file", fmt::format("{:.1f} MB", static_cast<double>(info.n_file_bytes) / 1e6));
  if (tensors.empty()) {
    row("weights", "none: this is a vocabulary");
  } else {
    row("parameters", fmt::format("{:.1f} M", static_cast<double>(info.n_parameters) / 1e6));
    row("formats", formats);
  }
  if (info.n_layers != 0) {
    row("layers", info.n_layers);
    row("width", fmt::format("{}, feed-forward {}", info.d_model, info.d_ff));
    row("heads",
        fmt::format("{} of {}, for keys and values {}", info.n_heads, info.head_dim, info.n_kv_heads));
    row("context", fmt::format("{} tokens", info.n_ctx_train));
    std::string caches;
    for (const CacheFormatInfo& cache : kCacheFormats) {
      caches += fmt::format("{}{} {:.1f} kB", caches.empty() ? "" : ", ", cache.name,
                            token_bytes(info, cache) / 1e3);
    }
    row("cache a token", caches);
  }
  row("vocabulary", fmt::format("{} tokens", info.n_vocab));
  row("bos, eos", fmt::format("{}, {}", special_token(model, model.bos_token()),
                              special_token(model, model.eos_token())));
  row("chat template",
      model.chat_template().empty() ? "no" : fmt::format("{} bytes", model.chat_template().size()));
}

void print_text(const Args& args, const Model& model) {
  const auto tensors = model.tensors().value();
  if (!args.metadata && !args.tensors) print_summary(model, tensors);
  if (args.metadata) {
    const std::vector<MetadataEntry> metadata = model.metadata().value();
    for (const MetadataEntry& entry : metadata) {
      print(fmt::format("{} ({}) = {}\n", entry.key, entry.type, entry.value));
    }
  }
  if (args.tensors) {
    for (const TensorInfo& tensor : tensors) {
      print(fmt::format("{:40} {:11} {:>20} {:>12}\n", tensor.name, tensor.format,
                        fmt::to_string(fmt::join(tensor.shape, " x ")), tensor.n_bytes));
    }
  }
}

ExitCode inspect(const Args& args) {
  const Model model = Model::load(find_model(args.model), {.vocabulary_only = true}).value();
  if (args.json) {
    print(to_json(args, model).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    print_text(args, model);
  }
  return kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  app.add_option("MODEL", args->model, "Path of a GGUF file, or a name of the manifest")->required();
  app.add_flag("--json", args->json, "Print one JSON object");
  app.add_flag("--metadata", args->metadata, "Show the file's keys and values");
  app.add_flag("--tensors", args->tensors, "Show the file's tensors: name, format, shape, bytes");
  return [args] { return inspect(*args); };
}

}  // namespace

extern const Command kInspect;
const Command kInspect{
    .name = "inspect",
    .summary = "Show what a model file holds",
    .examples =
        "linnet inspect smollm2-135m-instruct\n"
        "linnet inspect model.gguf --tensors\n"
        "linnet inspect model.gguf --json --metadata",
    .configure = &configure,
};

}  // namespace linnet::cli
