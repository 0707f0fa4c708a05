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
// - inserts hooks before inline assembly that has operands in memory, before and after it where it is one atomic step, and after calls of the C++ library's functions that
//   return an object through a hidden pointer and are not compiled here.
//
// Functions that ask not to be instrumented (no_sanitize("thread")) are instrumented.
//
// And each unit says when it is loaded that the pass was there: it calls __selvage_whole_unit(), besides __tsan_init().
//
// What remains without a hook:
//
// - Inline assembly that has a `lock` or `xchg` in it, and is more than one atomic step on one of its operands. A unit that has
//   some does not say that nothing is left out. Or that has a `lea`, a prefetch or the like, which take an address. Memory that it
//   touches without its being an operand.
// - Builtins for single instructions that take a pointer (_mm256_maskload_epi32, _mm_maskmoveu_si128).
// - What other libraries' functions write through the hidden pointer to their result, and those of the C++ library that
//   are called through a pointer or virtually (std::error_code::message()).
// - va_start and va_copy.

#include <llvm/ADT/SmallVector.h>
#include <llvm/Analysis/CaptureTracking.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/Analysis/ValueTracking.h>
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
#include <llvm/Transforms/Utils/ModuleUtils.h>

#include <cstdint>

#include "../plugin_common/asm_template.hpp"
#include "../plugin_common/atomic_assembly.hpp"

namespace {

using namespace llvm;

constexpr const char* kName = "selvage_unseen_accesses";

/// Copies of larger objects would make frames too large (each call has its own): they get a hook instead.
constexpr std::uint64_t kLargestCopy = 256;

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
  const auto* const plain_call = dyn_cast<CallInst>(call);
  if (plain_call != nullptr && plain_call->isMustTailCall()) return false;
  if (call->doesNotReturn() || isa<CallBrInst>(call) || !may_be_shared(result)) return false;
  const DataLayout& layout = call->getModule()->getDataLayout();
  add_hook(
      next_of(call), result,
      layout.getTypeAllocSize(call->getParamAttr(i, Attribute::StructRet).getValueAsType()).getFixedSize(),
      Access::write);
  return true;
}

bool touches_memory(const InlineAsm& code) {
  for (const InlineAsm::ConstraintInfo& operand : code.ParseConstraints()) {
    if (operand.isIndirect || is_contained(operand.Codes, "{memory}")) return true;
  }
  return false;
}

/// Is it atomic?
bool is_atomic(const CallBase& call) {
  if (!call.isInlineAsm()) return false;
  const auto* const code = cast<InlineAsm>(call.getCalledOperand());
  return selvage_plugin::is_atomic(selvage_plugin::instructions_of(code->getAsmString()),
                                   touches_memory(*code));
}

/// Inline assembly that is one atomic step on one operand gets a hook before and one after. False where nobody can tell.
bool handle_atomic_asm(CallBase* call, const InlineAsm& code, bool* is_changed) {
  std::vector<bool> in_memory;
  std::vector<Value*> pointers;
  std::vector<Type*> types;
  unsigned argument = 0;
  for (const InlineAsm::ConstraintInfo& operand : code.ParseConstraints()) {
    if (operand.Type == InlineAsm::isClobber) continue;
    in_memory.push_back(operand.isIndirect);
    const bool is_argument = operand.Type == InlineAsm::isInput || operand.isIndirect;
    Value* const value = is_argument ? call->getArgOperand(argument) : nullptr;
    pointers.push_back(operand.isIndirect ? value : nullptr);
    Type* type = operand.isIndirect ? call->getAttributes().getParamElementType(argument) : nullptr;
    if (operand.isIndirect && type == nullptr) type = value->getType()->getPointerElementType();
    types.push_back(type);
    if (is_argument) ++argument;
  }
  const auto found =
      selvage_plugin::atomic_operand(selvage_plugin::instructions_of(code.getAsmString()), in_memory, '$');
  if (!found || !isa<CallInst>(call) || !types[*found]->isSized()) return false;
  const std::uint64_t size =
      call->getModule()->getDataLayout().getTypeStoreSize(types[*found]).getFixedSize();
  if (!has_hook(size)) return false;
  if (!may_be_shared(pointers[*found])) return true;  // a variable of this function alone
  const auto hook = [&](Instruction* at, int order) {
    IRBuilder<> builder(at);
    IntegerType* const word = builder.getIntNTy(static_cast<unsigned>(size * 8));
    const FunctionCallee function =
        call->getModule()->getOrInsertFunction("__tsan_atomic" + std::to_string(size * 8) + "_fetch_or", word,
                                               word->getPointerTo(), word, builder.getInt32Ty());
    builder.CreateCall(function,
                       {builder.CreatePointerCast(pointers[*found], word->getPointerTo()),
                        ConstantInt::get(word, 0), builder.getInt32(static_cast<std::uint32_t>(order))});
  };
  hook(call, selvage_plugin::kBeforeAssembly);
  hook(call->getNextNode(), selvage_plugin::kAfterAssembly);
  *is_changed = true;
  return true;
}

/// There is inline assembly in this unit that is atomic in a way that nobody knows: to take it for nothing would be wrong, too.
bool has_atomic_assembly = false;

bool handle_asm(CallBase* call) {
  const auto* const code = cast<InlineAsm>(call->getCalledOperand());
  if (is_atomic(*call)) {
    bool is_changed = false;
    if (!handle_atomic_asm(call, *code, &is_changed)) has_atomic_assembly = true;
    return is_changed;
  }
  const std::string text = selvage_plugin::instructions_of(code->getAsmString());
  if (selvage_plugin::makes_no_plain_access(text) || selvage_plugin::does_nothing(text)) return false;
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
  if (!function.hasFnAttribute(Attribute::SanitizeThread) || function.hasFnAttribute(Attribute::Naked)) {
    for (const Instruction& instruction : instructions(function)) {
      const auto* const call = dyn_cast<CallBase>(&instruction);
      has_atomic_assembly = has_atomic_assembly || (call != nullptr && is_atomic(*call));
    }
    return false;
  }
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

/// Makes the function by which a unit starts the runtime, which ThreadSanitizer's own pass then finds there, and has it say
/// that nothing is left out in this unit. Where the runtime is not Selvage's, there is no one to tell.
void sign(Module& module) {
  constexpr const char* kConstructor = "tsan.module_ctor";  // the pass's name for it
  if (module.getFunction(kConstructor) != nullptr) return;
  LLVMContext& context = module.getContext();
  FunctionType* const type = FunctionType::get(Type::getVoidTy(context), false);
  Function* const constructor = Function::Create(type, GlobalValue::InternalLinkage, kConstructor, module);
  constructor->setDoesNotThrow();
  BasicBlock* const start = BasicBlock::Create(context, "", constructor);
  BasicBlock* const there = BasicBlock::Create(context, "", constructor);
  BasicBlock* const end = BasicBlock::Create(context, "", constructor);
  auto* const whole = cast<Function>(module.getOrInsertFunction("__selvage_whole_unit", type).getCallee());
  whole->setLinkage(GlobalValue::ExternalWeakLinkage);
  IRBuilder<> builder(start);
  builder.CreateCall(module.getOrInsertFunction("__tsan_init", type));
  builder.CreateCondBr(builder.CreateIsNotNull(whole), there, end);
  builder.SetInsertPoint(there);
  builder.CreateCall(type, whole);
  builder.CreateBr(end);
  builder.SetInsertPoint(end);
  builder.CreateRetVoid();
  appendToGlobalCtors(module, constructor, 0);
}

/// __attribute__((no_sanitize("thread"))) asks not to be told of races, and would hide what the function does from the search as
/// well. So there is none. False where nothing tells whether functions are to be instrumented at all.
bool see_all_functions(Module& module) {
  const auto is_defined = [](const Function& function) { return !function.isDeclaration(); };
  const auto is_seen = [](const Function& function) {
    return function.hasFnAttribute(Attribute::SanitizeThread);
  };
  if (none_of(module, is_defined)) return true;
  if (none_of(module, is_seen)) return false;
  for (Function& function : module) {
    if (is_defined(function) && !function.hasFnAttribute(Attribute::Naked))
      function.addFnAttr(Attribute::SanitizeThread);
  }
  return true;
}

struct UnseenAccesses : PassInfoMixin<UnseenAccesses> {
  static bool isRequired() { return true; }  // NOLINT(readability-identifier-naming): LLVM's name

  PreservedAnalyses run(Module& module, ModuleAnalysisManager& /*analyses*/) {
    const bool all = see_all_functions(module);
    for (Function& function : module) {
      if (!function.isDeclaration()) handle_function(function);
    }
    // A search for captured addresses that gives up at once takes them all for captured.
    if (set_option("tsan-instrument-read-before-write", true) &&
        set_option("capture-tracking-max-uses-to-explore", 0U) && all && !has_atomic_assembly) {
      sign(module);
    }
    return PreservedAnalyses::none();
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
