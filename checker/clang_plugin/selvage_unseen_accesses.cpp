// A plugin for LLVM 14: hooks for the accesses to memory that clang's -fsanitize=thread leaves out.
//
// LLVM's ThreadSanitizer pass puts its hooks before loads and stores of 1, 2, 4, 8 and 16 bytes, and has memcpy() and its
// like called as functions. Other accesses are left alone, and so races on them are not seen. This plugin runs a pass
// just before it, which
//
// - has it keep a read that a write to the same place follows, as in ++counter: for finding races the write is enough,
//   but the read would happen unseen, and executions in which another thread writes between the two not be explored;
// - has it take every local variable for shared: it leaves alone those whose address stays in the function, and asks
//   of a member or an element whether its own address does, not whether the variable's does;
// - gives an object that a call copies for its callee (`byval`, what is passed by value and larger than 16 bytes) a copy
//   of its own, by memcpy: the optimiser has often removed the one that there was;
// - inserts a hook before loads and stores of other sizes: long double, vectors of 32 bytes, structs of 3 bytes;
// - does loads and stores of vectors under a mask (from loops with an `if` in them) lane by lane;
// - inserts hooks before inline assembly that has operands in memory, and after calls of the C++ library's functions that
//   return an object through a hidden pointer and are not compiled here.
//
// And it adds its name to what the debugging information says about each unit's compiler, so that `selvage run` can
// tell that it was there.
//
// What remains without a hook:
//
// - Inline assembly that has a `lock` or `xchg` in it: it is atomic, and a plain access would look like a race. Memory that
//   it touches without its being an operand. With an empty template, operands.
// - Builtins for single instructions that take a pointer (_mm256_maskload_epi32, _mm_maskmoveu_si128).
// - What other libraries' functions write through the hidden pointer to their result.

#include <llvm/ADT/SmallVector.h>
#include <llvm/Analysis/CaptureTracking.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Passes/PassPlugin.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Transforms/Scalar/ScalarizeMaskedMemIntrin.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>

#include <cctype>
#include <cstdint>
#include <string>

namespace {

using namespace llvm;

constexpr const char* kName = "selvage_unseen_accesses";

/// Copies of larger objects would make frames too large: they get a hook instead.
constexpr std::uint64_t kLargestCopy = 4096;

enum class Access { read, write };

/// May other threads get at what lies there? Not if it is a local variable whose address stays in the function.
bool may_be_shared(const Value* pointer) {
  // The number of uses that are looked at is given: by default there will be none (see below).
  constexpr unsigned kMostUses = 1000;
  const auto* const variable = dyn_cast<AllocaInst>(getUnderlyingObject(pointer));
  return variable == nullptr || PointerMayBeCaptured(variable, true, true, kMostUses);
}

/// Inserts the call of a hook before `at`.
void add_hook(Instruction* at, Value* pointer, std::uint64_t size, Access access) {
  if (size == 0) return;
  Module* const module = at->getModule();
  IRBuilder<> builder(at);
  Type* const word = module->getDataLayout().getIntPtrType(builder.getContext());
  const FunctionCallee hook =
      module->getOrInsertFunction(access == Access::write ? "__tsan_write_range" : "__tsan_read_range",
                                  builder.getVoidTy(), builder.getInt8PtrTy(), word);
  builder.CreateCall(
      hook, {builder.CreatePointerCast(pointer, builder.getInt8PtrTy()), ConstantInt::get(word, size)});
}

/// Does LLVM's ThreadSanitizer have a hook for accesses of this size?
bool has_hook(std::uint64_t bytes) {
  return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8 || bytes == 16;
}

bool handle_load_or_store(Instruction* at) {
  if (at->isAtomic()) return false;
  Value* const pointer = getLoadStorePointerOperand(at);
  const TypeSize size = at->getModule()->getDataLayout().getTypeStoreSize(getLoadStoreType(at));
  if (size.isScalable() || has_hook(size.getFixedSize()) || !may_be_shared(pointer)) return false;
  if (pointer->getType()->getPointerAddressSpace() != 0 || pointer->isSwiftError()) return false;
  add_hook(at, pointer, size.getFixedSize(), isa<StoreInst>(at) ? Access::write : Access::read);
  return true;
}

/// A copy before the call, so that the hook comes right before its own access: where several arguments are in memory, a
/// thread that is stopped at the second one's hook has read the first.
bool handle_arguments(CallBase* call) {
  const DataLayout& layout = call->getModule()->getDataLayout();
  bool is_changed = false;
  for (unsigned i = 0; i < call->arg_size(); ++i) {
    if (!call->isByValArgument(i)) continue;
    Value* const argument = call->getArgOperand(i);
    Type* const type = call->getParamByValType(i);
    const std::uint64_t size = layout.getTypeAllocSize(type).getFixedSize();
    if (size == 0 || !may_be_shared(argument)) continue;
    is_changed = true;
    // A call that has to be the last of its function takes no variable of it.
    const auto* const plain_call = dyn_cast<CallInst>(call);
    if (size > kLargestCopy || (plain_call != nullptr && plain_call->isMustTailCall())) {
      add_hook(call, argument, size, Access::read);
      continue;
    }
    const Align align = call->getParamAlign(i).getValueOr(layout.getABITypeAlign(type));
    IRBuilder<> start(&*call->getFunction()->getEntryBlock().getFirstInsertionPt());
    AllocaInst* const copy = start.CreateAlloca(type, nullptr, "selvage_argument");
    copy->setAlignment(align);
    IRBuilder<>(call).CreateMemCpy(copy, align, argument, align, size);
    call->setArgOperand(i, copy);
    if (auto* const plain = dyn_cast<CallInst>(call)) plain->setTailCall(false);
  }
  return is_changed;
}

/// What comes after the call when it returns.
Instruction* next_of(CallBase* call) {
  auto* const invoke = dyn_cast<InvokeInst>(call);
  if (invoke == nullptr) return call->getNextNode();
  BasicBlock* next = invoke->getNormalDest();
  if (next->getSinglePredecessor() == nullptr) next = SplitEdge(invoke->getParent(), next);
  return &*next->getFirstInsertionPt();
}

/// Is it a function of the C++ library's, that has no hooks of its own?
bool is_library_function(const Function* callee) {
  if (callee == nullptr || !callee->isDeclaration()) return false;
  const StringRef name = callee->getName();
  return name.startswith("_ZSt") || name.startswith("_ZNSt") || name.startswith("_ZNKSt");
}

bool handle_result(CallBase* call) {
  if (!call->hasStructRetAttr() || !is_library_function(call->getCalledFunction())) return false;
  const unsigned i = call->paramHasAttr(0, Attribute::StructRet) ? 0 : 1;
  Value* const result = call->getArgOperand(i);
  if (call->doesNotReturn() || isa<CallBrInst>(call) || !may_be_shared(result)) return false;
  const DataLayout& layout = call->getModule()->getDataLayout();
  add_hook(
      next_of(call), result,
      layout.getTypeAllocSize(call->getParamAttr(i, Attribute::StructRet).getValueAsType()).getFixedSize(),
      Access::write);
  return true;
}

bool has_word(const std::string& text, const char* word) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0) return true;
  }
  return false;
}

bool handle_asm(CallBase* call) {
  const auto* const code = cast<InlineAsm>(call->getCalledOperand());
  const std::string& text = code->getAsmString();
  if (has_word(text, "lock") || has_word(text, "xchg")) return false;
  // An empty template with an operand in memory only keeps the compiler from knowing its value.
  if (text.find_first_not_of(" \t\n;") == std::string::npos) return false;
  const DataLayout& layout = call->getModule()->getDataLayout();
  bool is_changed = false;
  // Reads before writes: an operand that is both is there twice.
  for (const Access access : {Access::read, Access::write}) {
    unsigned argument = 0;
    for (const InlineAsm::ConstraintInfo& operand : code->ParseConstraints()) {
      const bool is_output = operand.Type == InlineAsm::isOutput;
      if (operand.Type == InlineAsm::isClobber || (is_output && !operand.isIndirect)) continue;
      const unsigned i = argument++;
      if (!operand.isIndirect || is_output != (access == Access::write)) continue;
      Value* const pointer = call->getArgOperand(i);
      Type* type = call->getAttributes().getParamElementType(i);
      if (type == nullptr) type = pointer->getType()->getPointerElementType();
      if (!type->isSized() || !may_be_shared(pointer)) continue;
      add_hook(call, pointer, layout.getTypeStoreSize(type).getFixedSize(), access);
      is_changed = true;
    }
  }
  return is_changed;
}

/// Loads and stores under a mask become one of each lane, in blocks of their own, as for a machine that has none.
bool split_masked(Function& function) {
  FunctionAnalysisManager plain;
  plain.registerPass([] { return PassInstrumentationAnalysis(); });
  plain.registerPass([] { return TargetIRAnalysis(); });  // of no machine in particular
  plain.registerPass([] { return DominatorTreeAnalysis(); });
  return !ScalarizeMaskedMemIntrinPass().run(function, plain).areAllPreserved();
}

bool handle_function(Function& function) {
  if (!function.hasFnAttribute(Attribute::SanitizeThread) || function.hasFnAttribute(Attribute::Naked))
    return false;
  bool is_changed = split_masked(function);
  SmallVector<Instruction*, 32> all;
  for (Instruction& instruction : instructions(function)) all.push_back(&instruction);
  for (Instruction* const instruction : all) {
    if (isa<LoadInst>(instruction) || isa<StoreInst>(instruction)) {
      is_changed |= handle_load_or_store(instruction);
    } else if (auto* const call = dyn_cast<CallBase>(instruction)) {
      if (call->isInlineAsm()) {
        is_changed |= handle_asm(call);
      } else {
        is_changed |= handle_arguments(call);
        is_changed |= handle_result(call);
      }
    }
  }
  return is_changed;
}

/// An option of LLVM's own; false: there is none of that name.
template <class T>
bool set_option(StringRef name, T value) {
  const auto found = cl::getRegisteredOptions().find(name);
  if (found == cl::getRegisteredOptions().end()) return false;
  static_cast<cl::opt<T>*>(found->second)->setValue(value);
  return true;
}

/// The debugging information of each unit tells that the pass was there.
void sign(Module& module) {
  for (DICompileUnit* const unit : module.debug_compile_units()) {
    constexpr unsigned kProducer = 1;
    const std::string producer = unit->getProducer().str() + " " + kName;
    unit->replaceOperandWith(kProducer, MDString::get(module.getContext(), producer));
  }
}

struct UnseenAccesses : PassInfoMixin<UnseenAccesses> {
  static bool isRequired() { return true; }  // NOLINT(readability-identifier-naming): LLVM's name

  PreservedAnalyses run(Module& module, ModuleAnalysisManager& /*analyses*/) {
    bool is_changed = false;
    for (Function& function : module) {
      if (!function.isDeclaration()) is_changed |= handle_function(function);
    }
    // A search for captured addresses that gives up at once takes them all for captured.
    if (set_option("tsan-instrument-read-before-write", true) &&
        set_option("capture-tracking-max-uses-to-explore", 0U)) {
      sign(module);
    }
    return is_changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
  }
};

}  // namespace

extern "C" __attribute__((visibility("default"))) PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {
      LLVM_PLUGIN_API_VERSION, kName, "1", [](PassBuilder& builder) {
        builder.registerOptimizerLastEPCallback(
            [](ModulePassManager& passes, OptimizationLevel /*level*/) { passes.addPass(UnseenAccesses()); });
      }};
}
