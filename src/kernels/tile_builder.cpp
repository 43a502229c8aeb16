#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>

#include "kernels/tile_code.hpp"
#include "kernels/tile_program.hpp"

namespace shoal {
namespace {

enum class NodeKind : std::uint8_t { Leaf, Constant, Operation, Cast, ModulusComparison };

struct Node {
  NodeKind kind = NodeKind::Leaf;
  OpCode code = OpCode::add;     // Operation and ModulusComparison
  DType dtype = DType::Float64;  // of the result
  DType loop = DType::Float64;   // computed in; of a cast the dtype cast from
  std::uint8_t arity = 0;
  std::array<std::uint32_t, max_arity> operands{};
  std::uint32_t index = 0;  // the leaf or the constant
};

// What makes two nodes compute the same.
struct NodeKey {
  NodeKind kind;
  OpCode code;
  DType dtype;
  DType loop;
  std::array<std::uint32_t, max_arity> operands;
  bool operator==(const NodeKey&) const = default;
};

struct NodeKeyHash {
  std::size_t operator()(const NodeKey& key) const {
    std::uint64_t hash =
        static_cast<std::uint64_t>(key.kind) << 24 | static_cast<std::uint64_t>(key.code) << 16 |
        static_cast<std::uint64_t>(key.dtype) << 8 | static_cast<std::uint64_t>(key.loop);
    for (std::uint32_t operand : key.operands)
      hash = (hash ^ operand) * 0x9E3779B97F4A7C15ull ^ hash >> 29;
    return hash;
  }
};

Splat make_splat(const Scalar& value, DType dtype) {
  Splat splat{};
  visit_dtype(dtype, [&]<class T>(TypeTag<T>) {
    std::visit(
        [&](auto scalar) {
          using S = decltype(scalar);
          const auto repeat = [](std::byte* plane, auto element) {
            for (std::size_t at = 0; at < splat_bytes; at += sizeof element)
              std::memcpy(plane + at, &element, sizeof element);
          };
          if constexpr (std::is_same_v<T, bool>) {
            std::memset(splat.re, scalar != S(0) ? 0xFF : 0, splat_bytes);
          } else if constexpr (std::is_same_v<S, std::complex<double>>) {
            if constexpr (requires { typename T::value_type; }) {
              repeat(splat.re, static_cast<typename T::value_type>(scalar.real()));
              repeat(splat.im, static_cast<typename T::value_type>(scalar.imag()));
            } else {
              repeat(splat.re, static_cast<T>(scalar.real()));
            }
          } else {
            if constexpr (requires { typename T::value_type; }) {
              repeat(splat.re, static_cast<typename T::value_type>(scalar));
              repeat(splat.im, static_cast<typename T::value_type>(0));
            } else {
              repeat(splat.re, static_cast<T>(scalar));
            }
          }
        },
        value);
  });
  return splat;
}

bool is_order(OpCode code) { return code >= OpCode::less && code <= OpCode::greater_equal; }

bool is_comparison(OpCode code) { return code >= OpCode::equal && code <= OpCode::greater_equal; }

// a code b == b mirrored(code) a
OpCode mirrored(OpCode code) {
  switch (code) {
    case OpCode::less: return OpCode::greater;
    case OpCode::less_equal: return OpCode::greater_equal;
    case OpCode::greater: return OpCode::less;
    case OpCode::greater_equal: return OpCode::less_equal;
    default: return code;
  }
}

TileKernel kernel_of(const Node& node) {
  switch (node.kind) {
    case NodeKind::Operation: return operation_kernel(node.code, node.loop);
    case NodeKind::Cast: return cast_kernel(node.loop, node.dtype);
    case NodeKind::ModulusComparison: return modulus_comparison_kernel(node.code, node.loop);
    default: throw InternalError("tile program: a leaf or constant has no kernel");
  }
}

std::size_t plane_itemsize(DType dtype) { return itemsize(real_dtype(dtype)); }

}  // namespace

struct TileBuilder::State {
  struct OutputNode {
    std::uint32_t node;
    bool is_fold;
    Fold fold;
  };

  std::vector<Node> nodes;
  std::vector<LeafCode> leaves;
  std::vector<Splat> constants;
  std::vector<OutputNode> outputs;
  std::unordered_map<NodeKey, std::uint32_t, NodeKeyHash> known;
  std::unordered_map<std::string, std::uint32_t> known_constants;

  Register add_leaf(LeafKind kind, DType dtype, std::uint64_t seed) {
    Node node;
    node.dtype = node.loop = dtype;
    node.index = static_cast<std::uint32_t>(leaves.size());
    LeafCode leaf;
    leaf.kind = kind;
    leaf.dtype = dtype;
    leaf.seed = seed;
    leaves.push_back(leaf);
    nodes.push_back(node);
    return {static_cast<std::uint32_t>(nodes.size() - 1)};
  }

  std::uint32_t add_constant(const Splat& splat, DType dtype) {
    std::string content(1, static_cast<char>(dtype));
    content.append(reinterpret_cast<const char*>(splat.re), splat_bytes);
    content.append(reinterpret_cast<const char*>(splat.im), splat_bytes);
    const auto [at, fresh] =
        known_constants.try_emplace(std::move(content), static_cast<std::uint32_t>(nodes.size()));
    if (fresh) {
      Node node;
      node.kind = NodeKind::Constant;
      node.dtype = node.loop = dtype;
      node.index = static_cast<std::uint32_t>(constants.size());
      constants.push_back(splat);
      nodes.push_back(node);
    }
    return at->second;
  }

  const Node& node(Register value) const {
    if (value.id >= nodes.size()) throw InternalError("tile program: a foreign register");
    return nodes[value.id];
  }

  bool is_constant(std::uint32_t id) const { return nodes[id].kind == NodeKind::Constant; }

  template <class T>
  T constant_real(std::uint32_t id) const {
    T value;
    std::memcpy(&value, constants[nodes[id].index].re, sizeof value);
    return value;
  }

  // The constant as a double, when it is one without loss: no imaginary part, not huge.
  std::optional<double> exact_number(std::uint32_t id) const {
    if (!is_constant(id)) return std::nullopt;
    return visit_dtype(nodes[id].dtype, [&]<class T>(TypeTag<T>) -> std::optional<double> {
      if constexpr (std::is_same_v<T, bool>) {
        return std::nullopt;
      } else if constexpr (requires { typename T::value_type; }) {
        using R = typename T::value_type;
        R imag;
        std::memcpy(&imag, constants[nodes[id].index].im, sizeof imag);
        if (imag != 0) return std::nullopt;
        return static_cast<double>(constant_real<R>(id));
      } else {
        return static_cast<double>(constant_real<T>(id));
      }
    });
  }

  // The value of an operation on constants, computed by its own kernel.
  std::uint32_t fold_constant(const Node& node) {
    alignas(64) std::byte re[tile_granule * sizeof(double)];
    alignas(64) std::byte im[tile_granule * sizeof(double)];
    KernelArguments arguments;
    arguments.out = re;
    arguments.out_imag = im;
    for (std::size_t i = 0; i < node.arity; ++i) {
      const Splat& operand = constants[nodes[node.operands[i]].index];
      arguments.in[i] = operand.re;
      arguments.in_imag[i] = operand.im;
    }
    kernel_of(node)(arguments, tile_granule);
    Splat splat{};
    if (node.dtype == DType::Bool) {
      std::memset(splat.re, re[0] == std::byte{0} ? 0 : 0xFF, splat_bytes);
    } else {
      std::memcpy(splat.re, re, splat_bytes);
      if (is_complex(node.dtype)) std::memcpy(splat.im, im, splat_bytes);
    }
    return add_constant(splat, node.dtype);
  }

  std::uint32_t add(const Node& node) {
    bool all_constant = true;
    for (std::size_t i = 0; i < node.arity; ++i) all_constant &= is_constant(node.operands[i]);
    if (all_constant) return fold_constant(node);
    const NodeKey key{node.kind, node.code, node.dtype, node.loop, node.operands};
    const auto [at, fresh] = known.try_emplace(key, static_cast<std::uint32_t>(nodes.size()));
    if (fresh) nodes.push_back(node);
    return at->second;
  }

  std::uint32_t cast(std::uint32_t id, DType dtype) {
    if (nodes[id].dtype == dtype) return id;
    Node node;
    node.kind = NodeKind::Cast;
    node.dtype = dtype;
    node.loop = nodes[id].dtype;
    node.arity = 1;
    node.operands[0] = id;
    return add(node);
  }

  std::uint32_t operate(OpCode code, DType loop, DType result,
                        std::initializer_list<std::uint32_t> operands) {
    Node node;
    node.code = code;
    node.kind = NodeKind::Operation;
    node.loop = loop;
    node.dtype = result;
    node.arity = static_cast<std::uint8_t>(operands.size());
    std::copy(operands.begin(), operands.end(), node.operands.begin());
    return add(node);
  }

  // int64 with uint64: no dtype holds both, so the sign decides first.
  std::uint32_t compare_mixed(OpCode code, std::uint32_t a, std::uint32_t b) {
    if (nodes[a].dtype == DType::UInt64) {
      std::swap(a, b);
      code = mirrored(code);
    }
    const std::uint32_t zero =
        add_constant(make_splat(std::int64_t{0}, DType::Int64), DType::Int64);
    const std::uint32_t negative = operate(OpCode::less, DType::Int64, DType::Bool, {a, zero});
    const std::uint32_t same_sign =
        operate(code, DType::UInt64, DType::Bool, {cast(a, DType::UInt64), b});
    if (code == OpCode::not_equal || code == OpCode::less || code == OpCode::less_equal)
      return operate(OpCode::logical_or, DType::Bool, DType::Bool, {negative, same_sign});
    return operate(OpCode::greater, DType::Bool, DType::Bool, {same_sign, negative});
  }

  // A constant exponent that a cheaper operation serves, as in NumPy's x ** 2.
  std::optional<std::uint32_t> power_of_constant(DType loop, std::uint32_t base,
                                                 std::uint32_t exponent_id) {
    const std::optional<double> exponent = exact_number(exponent_id);
    if (!exponent) return std::nullopt;
    if (is_integer(loop) && *exponent < 0)
      throw ValueError("power: an integer to the power " +
                       std::to_string(static_cast<std::int64_t>(*exponent)) +
                       " is no integer; cast the base to a float dtype first");
    if (*exponent == 1) return base;
    if (*exponent == 2) return operate(OpCode::square, loop, loop, {base});
    if (is_integer(loop)) return std::nullopt;
    if (*exponent == 0.5) return operate(OpCode::sqrt, loop, loop, {base});
    if (*exponent == -1) return operate(OpCode::reciprocal, loop, loop, {base});
    return std::nullopt;
  }

  std::optional<std::uint32_t> modulus_comparison(OpCode code, std::uint32_t a, std::uint32_t b) {
    if (!is_order(code)) return std::nullopt;
    if (is_constant(a)) {
      std::swap(a, b);
      code = mirrored(code);
    }
    const Node& modulus = nodes[a];
    if (!is_constant(b) || modulus.kind != NodeKind::Operation ||
        modulus.code != OpCode::absolute || !is_complex(modulus.loop))
      return std::nullopt;
    Node node;
    node.kind = NodeKind::ModulusComparison;
    node.code = code;
    node.loop = modulus.loop;
    node.dtype = DType::Bool;
    node.arity = 2;
    node.operands = {modulus.operands[0], b, 0};
    return add(node);
  }

  Register apply(const OpInfo& info, std::span<const Register> operands) {
    std::array<DType, max_arity> dtypes{};
    for (std::size_t i = 0; i < operands.size() && i < dtypes.size(); ++i)
      dtypes[i] = node(operands[i]).dtype;
    if (operands.size() > dtypes.size())
      throw InternalError("tile program: too many operands of " + std::string(info.name));
    const Resolution resolution = resolve(info, std::span(dtypes.data(), operands.size()));
    if (is_comparison(info.code) && dtypes[0] != dtypes[1] &&
        std::min(dtypes[0], dtypes[1]) >= DType::Int8 &&
        is_signed_integer(std::min(dtypes[0], dtypes[1])) &&
        std::max(dtypes[0], dtypes[1]) == DType::UInt64) {
      const auto widened = [&](std::size_t i) {
        return cast(operands[i].id, dtypes[i] == DType::UInt64 ? DType::UInt64 : DType::Int64);
      };
      const std::uint32_t first = widened(0);
      return {compare_mixed(info.code, first, widened(1))};
    }
    std::array<std::uint32_t, max_arity> ids{};
    for (std::size_t i = 0; i < operands.size(); ++i)
      ids[i] = cast(operands[i].id, resolution.operands[i]);
    const DType loop = resolution.operands[operands.size() - 1];
    if (info.code == OpCode::power)
      if (const auto cheaper = power_of_constant(loop, ids[0], ids[1])) return {*cheaper};
    if (const auto cheaper = modulus_comparison(info.code, ids[0], ids[1])) return {*cheaper};
    Node fresh;
    fresh.kind = NodeKind::Operation;
    fresh.code = info.code;
    fresh.loop = loop;
    fresh.dtype = resolution.result;
    fresh.arity = static_cast<std::uint8_t>(operands.size());
    fresh.operands = ids;
    return {add(fresh)};
  }

  void add_output_of(Register value, bool is_fold, Fold fold) {
    node(value);
    if (!outputs.empty() && outputs[0].is_fold != is_fold)
      throw InternalError("tile program: elementwise outputs and folds do not mix");
    outputs.push_back({value.id, is_fold, fold});
  }
};

TileBuilder::TileBuilder() : state_(std::make_unique<State>()) {}
TileBuilder::~TileBuilder() = default;
TileBuilder::TileBuilder(TileBuilder&&) noexcept = default;
TileBuilder& TileBuilder::operator=(TileBuilder&&) noexcept = default;

Register TileBuilder::memory_leaf(DType dtype) {
  return state_->add_leaf(LeafKind::Memory, dtype, 0);
}
Register TileBuilder::index_leaf() { return state_->add_leaf(LeafKind::Index, DType::Int64, 0); }
Register TileBuilder::random_leaf(std::uint64_t seed) {
  return state_->add_leaf(LeafKind::Random, DType::Float64, seed);
}
Register TileBuilder::constant(const Scalar& value, DType dtype) {
  return {state_->add_constant(make_splat(value, dtype), dtype)};
}
Register TileBuilder::apply(const OpInfo& info, std::span<const Register> operands) {
  return state_->apply(info, operands);
}
Register TileBuilder::cast(Register value, DType dtype) {
  state_->node(value);
  return {state_->cast(value.id, dtype)};
}
DType TileBuilder::dtype(Register value) const { return state_->node(value).dtype; }

std::size_t TileBuilder::add_output(Register value) {
  state_->add_output_of(value, false, Fold::Sum);
  return state_->outputs.size() - 1;
}
std::size_t TileBuilder::add_fold(Fold fold, Register value) {
  const bool is_logical = fold == Fold::Any || fold == Fold::All;
  state_->add_output_of(is_logical ? cast(value, DType::Bool) : value, true, fold);
  return state_->outputs.size() - 1;
}

namespace {

// Hands out tiles of scratch memory and takes them back.
class TileAllocator {
 public:
  std::uint32_t take() {
    if (free_.empty()) return count_++;
    const std::uint32_t tile = free_.back();
    free_.pop_back();
    return tile;
  }
  void give_back(std::uint32_t tile) { free_.push_back(tile); }
  std::uint32_t count() const { return count_; }

 private:
  std::vector<std::uint32_t> free_;
  std::uint32_t count_ = 0;
};

// Few registers: long tiles, to spread the cost of calling a kernel. Many: short ones, so that all
// of them still fit the L1 cache.
std::uint32_t choose_tile_elements(std::uint32_t tiles) {
  if (tiles <= 4) return 1024;
  return tiles <= 10 ? 512 : 256;
}

// The order of a program's nodes, and where outputs leave it.
struct Step {
  static constexpr std::uint32_t no_output = ~0u;
  std::uint32_t node;
  std::uint32_t output = no_output;
};

// The nodes that outputs need, with the outputs' own copies of constants numbered after them.
struct Dag {
  const std::vector<Node>& nodes;
  std::vector<Node> copies;          // casts to the same dtype: an output needs a tile
  std::vector<std::uint32_t> roots;  // the node of each output

  const Node& at(std::uint32_t id) const {
    return id < nodes.size() ? nodes[id] : copies[id - nodes.size()];
  }
  std::size_t size() const { return nodes.size() + copies.size(); }
};

// Depth first from the outputs: a value is computed shortly before it is used. Best for trees.
std::vector<Step> depth_first(const Dag& dag) {
  std::vector<Step> steps;
  std::vector<bool> seen(dag.size(), false);
  std::vector<std::pair<std::uint32_t, std::uint8_t>> stack;
  for (std::uint32_t output = 0; output < dag.roots.size(); ++output) {
    const std::uint32_t root = dag.roots[output];
    if (!seen[root]) stack.push_back({root, 0});
    seen[root] = true;
    while (!stack.empty()) {
      auto& [id, next] = stack.back();
      const Node& node = dag.at(id);
      if (next == node.arity) {
        if (node.kind != NodeKind::Constant) steps.push_back({id});
        stack.pop_back();
        continue;
      }
      const std::uint32_t operand = node.operands[next++];
      if (!seen[operand]) stack.push_back({operand, 0});
      seen[operand] = true;
    }
    steps.push_back({root, output});
  }
  return steps;
}

// As they were written, leaves just before their first use. Best for loops that carry several
// values along.
std::vector<Step> as_written(const Dag& dag) {
  std::vector<bool> needed(dag.size(), false);
  for (std::uint32_t root : dag.roots) needed[root] = true;
  for (auto id = static_cast<std::uint32_t>(dag.size()); id-- > 0;) {
    const Node& node = dag.at(id);
    for (std::size_t i = 0; needed[id] && i < node.arity; ++i) needed[node.operands[i]] = true;
  }
  std::vector<std::vector<std::uint32_t>> outputs_of(dag.size());
  for (std::uint32_t output = 0; output < dag.roots.size(); ++output)
    outputs_of[dag.roots[output]].push_back(output);
  std::vector<Step> steps;
  std::vector<bool> loaded(dag.size(), false);
  const auto emit = [&](std::uint32_t id) {
    steps.push_back({id});
    for (std::uint32_t output : outputs_of[id]) steps.push_back({id, output});
  };
  const auto load = [&](std::uint32_t id) {
    if (dag.at(id).kind == NodeKind::Leaf && !loaded[id]) {
      loaded[id] = true;
      emit(id);
    }
  };
  for (std::uint32_t id = 0; id < dag.size(); ++id) {
    const Node& node = dag.at(id);
    if (!needed[id] || node.kind == NodeKind::Constant) continue;
    if (node.kind == NodeKind::Leaf) {
      if (!outputs_of[id].empty()) load(id);
      continue;
    }
    for (std::size_t i = 0; i < node.arity; ++i) load(node.operands[i]);
    emit(id);
  }
  return steps;
}

// Turns ordered nodes into instructions, and gives their values tiles.
class CodeGenerator {
 public:
  CodeGenerator(const Dag& dag, std::span<const Step> steps, TileCode code)
      : dag_(dag), code_(std::move(code)), places_(dag.size()), instruction_of_(dag.size()) {
    uses_left_.assign(dag.size(), 0);
    for (const Step& step : steps) {
      const Node& node = dag.at(step.node);
      if (step.output != Step::no_output) ++uses_left_[step.node];
      else
        for (std::size_t i = 0; i < node.arity; ++i) ++uses_left_[node.operands[i]];
    }
  }

  void output(const Step& step, Fold fold) {
    const Node& node = dag_.at(step.node);
    Instruction instruction;
    instruction.kind = code_.folds ? Instruction::Kind::Fold : Instruction::Kind::Store;
    instruction.index = step.output;
    instruction.arity = 1;
    instruction.operands[0] = use(step.node, 0);
    if (node.kind == NodeKind::Leaf) code_.leaves[node.index].needs_tile = true;
    OutputCode& output = code_.outputs[step.output];
    output.dtype = node.dtype;
    if (code_.folds) {
      output.fold = fold_kernels(fold, node.dtype);
      output.pairwise = operation_kernel(output.fold.pairwise, node.dtype);
    } else {
      // Only a value that nobody else reads may bypass its tile.
      output.producer = instruction_of_[step.node];
      output.direct = node.kind != NodeKind::Leaf && node.dtype != DType::Bool &&
                      !is_complex(node.dtype) && uses_left_[step.node] == 1 &&
                      output.producer + 1 == code_.instructions.size();
    }
    code_.instructions.push_back(instruction);
    release(step.node);
  }

  void compute(std::uint32_t id) {
    const Node& node = dag_.at(id);
    Instruction instruction;
    instruction_of_[id] = static_cast<std::uint32_t>(code_.instructions.size());
    if (node.kind == NodeKind::Leaf) {
      take(id);
      code_.leaves[node.index].re = places_[id].re;
      code_.leaves[node.index].im = places_[id].im;
      instruction.kind = Instruction::Kind::Load;
      instruction.index = node.index;
      code_.instructions.push_back(instruction);
      return;
    }
    instruction.kernel = kernel_of(node);
    instruction.arity = node.arity;
    for (std::uint32_t i = 0; i < node.arity; ++i)
      instruction.operands[i] = use(node.operands[i], i);
    // The result may take the tile of an operand that ends here when element i of both is at the
    // same address.
    const auto fits = [&](std::uint32_t operand) {
      const DType dtype = dag_.at(operand).dtype;
      return node.kind == NodeKind::Operation &&
             (dtype == DType::Bool) == (node.dtype == DType::Bool) &&
             plane_itemsize(dtype) == plane_itemsize(node.dtype);
    };
    for (std::size_t i = 0; i < node.arity; ++i)
      if (fits(node.operands[i])) release(node.operands[i]);
    take(id);
    for (std::size_t i = 0; i < node.arity; ++i)
      if (!fits(node.operands[i])) release(node.operands[i]);
    instruction.out = places_[id];
    code_.instructions.push_back(instruction);
  }

  TileCode finish() && {
    code_.tiles = tiles_.count();
    code_.tile_elements = choose_tile_elements(code_.tiles);
    return std::move(code_);
  }

 private:
  // Where the next instruction finds the value.
  Place use(std::uint32_t id, std::uint32_t operand) {
    const Node& node = dag_.at(id);
    if (node.kind == NodeKind::Constant) return {Place::Kind::Constant, node.index, 0};
    if (node.kind != NodeKind::Leaf) return places_[id];
    const auto instruction = static_cast<std::uint32_t>(code_.instructions.size());
    code_.leaves[node.index].uses.push_back({instruction, operand});
    return {Place::Kind::Leaf, node.index, 0};
  }
  void take(std::uint32_t id) {
    places_[id].re = tiles_.take();
    if (is_complex(dag_.at(id).dtype)) places_[id].im = tiles_.take();
  }
  void release(std::uint32_t id) {
    const Node& node = dag_.at(id);
    if (node.kind == NodeKind::Constant || --uses_left_[id] != 0) return;
    tiles_.give_back(places_[id].re);
    if (is_complex(node.dtype)) tiles_.give_back(places_[id].im);
  }

  const Dag& dag_;
  TileCode code_;
  TileAllocator tiles_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> instruction_of_;
  std::vector<std::uint32_t> uses_left_;
};

}  // namespace

TileProgram TileBuilder::build() const {
  const State& state = *state_;
  if (state.outputs.empty()) throw InternalError("tile program: no outputs");
  Dag dag{state.nodes, {}, {}};
  for (const State::OutputNode& output : state.outputs) {
    if (!state.is_constant(output.node)) {
      dag.roots.push_back(output.node);
      continue;
    }
    Node copy;
    copy.kind = NodeKind::Cast;
    copy.dtype = copy.loop = state.nodes[output.node].dtype;
    copy.arity = 1;
    copy.operands[0] = output.node;
    dag.roots.push_back(static_cast<std::uint32_t>(dag.size()));
    dag.copies.push_back(copy);
  }

  TileCode empty;
  empty.leaves = state.leaves;
  empty.constants = state.constants;
  empty.folds = state.outputs[0].is_fold;
  empty.outputs.resize(state.outputs.size());
  const auto generate = [&](const std::vector<Step>& steps) {
    CodeGenerator generator(dag, steps, empty);
    for (const Step& step : steps) {
      if (step.output == Step::no_output) generator.compute(step.node);
      else generator.output(step, state.outputs[step.output].fold);
    }
    return std::move(generator).finish();
  };
  TileCode code = generate(depth_first(dag));
  TileCode other = generate(as_written(dag));
  if (other.tiles < code.tiles) code = std::move(other);
  return TileProgram(std::make_shared<const TileCode>(std::move(code)));
}

DType TileProgram::output_dtype(std::size_t output) const {
  return code_->outputs.at(output).dtype;
}
std::size_t TileProgram::instruction_count() const {
  return static_cast<std::size_t>(
      std::count_if(code_->instructions.begin(), code_->instructions.end(),
                    [](const Instruction& i) { return i.kind == Instruction::Kind::Compute; }));
}
std::size_t TileProgram::tile_count() const { return code_->tiles; }

}  // namespace shoal
