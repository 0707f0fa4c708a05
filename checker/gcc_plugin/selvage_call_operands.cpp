// A GCC 12 plugin: hooks for the accesses to memory that -fsanitize=thread leaves out.
//
// g++'s ThreadSanitizer pass (gcc/tsan.cc) puts its hooks, __tsan_read4 and so on, before assignments only. A call has
// memory operands too: a struct that is passed by value from memory, `use(g)`, and one that is returned straight into
// memory, `g = make()`. So have inline assembly, a return statement, and __builtin_memcpy and its like, which are
// expanded to loads and stores later. Nothing of these is hooked, and so races on them are not seen. This plugin runs a
// pass just before tsan's own, which
//
// - gives an argument in memory a copy, `tmp = g; use(tmp);`: tsan then instruments the assignment as any other;
// - has a result returned into a temporary and stored from there, `tmp = make(); g = tmp;`, as long as nobody can tell;
// - else, and for the other statements, inserts the call of a hook itself, of the size that tsan would choose.
//
// Copies are preferred as the hook then comes right before its own access, as everywhere else: where several arguments
// are in memory, or where a result is stored, a thread that is stopped at a hook has not made the access yet. A call
// that returns through memory into its destination (the "return slot", as for `T member{make()}`) is not given a
// temporary: programs may have taken the object's address, although for trivially copyable classes the standard does not
// promise that it is the final one. There the hook comes after the call.
//
// A result of a class that is not trivially copyable is always built in its place by the callee, through a hidden
// pointer. If the callee is instrumented so are its writes; a hook here might tell of a race with whom the callee had
// handed the object to. Only where the callee is a function of a library's (declared in a system header, not defined
// here) there is a hook after the call.
//
// What remains without a hook:
//
// - Operands of variable size (C's structs of variable length), of reversed byte order, in registers, aligned to less
//   than a byte: tsan has none for their assignments either. Read-only objects and local ones whose address does not
//   escape need none.
// - Objects of empty classes: nothing is read or written.
// - Inline assembly that has a `lock` or `xchg` in it, and is more than one atomic step on one of its operands. A unit that has
//   some does not say that nothing is left out. Or that has a `lea`, a prefetch or the like, which take an address. Memory that it
//   touches without its being an operand. Where it does nothing, operands that may stay in memory.
// - __builtin_strlen, __builtin_strcmp and others whose length is not known, where the compiler expands them. Mostly it
//   calls the C library, which the runtime sees.
// - Internal functions (masked loads and stores, .VA_ARG): at this point none has memory of the program's own.
// - Builtins for single instructions that take a pointer (_mm_stream_si128, gathers, masked loads and stores), and
//   __builtin_frexp and others that store through one.
// - Results of classes that are not trivially copyable, from a library's function that is called through a pointer or
//   virtually: nothing says that it is a library's.
//
// Nothing is refused: what cannot be handled is left as it was.
//
// Functions that ask not to be instrumented (no_sanitize("thread")) are instrumented.
//
// And each unit says when it is loaded that the pass was there: it calls __selvage_whole_unit(), besides __tsan_init().

#include "gcc-plugin.h"
// gcc-plugin.h has to be the first, and these need what comes before them.
#include "plugin-version.h"

#include "tree.h"

#include "gimple.h"

#include "stringpool.h"

#include "attribs.h"

#include "asan.h"
#include "builtins.h"
#include "c-family/c-common.h"
#include "cgraph.h"
#include "context.h"
#include "diagnostic-core.h"
#include "fold-const.h"
#include "function.h"
#include "gimple-iterator.h"
#include "gimplify-me.h"
#include "gimplify.h"
#include "output.h"
#include "ssa.h"
#include "stmt.h"
#include "tree-cfg.h"
#include "tree-eh.h"
#include "tree-pass.h"
#include "tree-ssa-loop-ivopts.h"

#include <cstdint>
#include <cstring>

#include "../plugin_common/asm_template.hpp"
#include "../plugin_common/atomic_assembly.hpp"

// GCC loads no plugin that does not say so.
__attribute__((visibility("default"))) int plugin_is_GPL_compatible;

namespace {

/// Copies of larger objects would make frames too large: they get a hook instead.
constexpr HOST_WIDE_INT kLargestCopy = 4096;

enum class Access { read, write };

/// May other threads get at this object? The question that tsan.cc asks in instrument_expr.
bool may_be_shared(tree base) {
  if (DECL_P(base)) {
    if (TREE_READONLY(base)) return false;
    if (TREE_CODE(base) != VAR_DECL && TREE_CODE(base) != PARM_DECL && TREE_CODE(base) != RESULT_DECL)
      return false;
    if (VAR_P(base) && DECL_HARD_REGISTER(base)) return false;
    if (is_global_var(base)) return true;
    pt_solution escaped;
    std::memset(&escaped, 0, sizeof escaped);
    escaped.escaped = 1;
    escaped.ipa_escaped = flag_ipa_pta != 0;
    return pt_solution_includes(&escaped, base) && may_be_aliased(base);
  }
  // Anything else is a constant, or a register seen as memory.
  return (TREE_CODE(base) == MEM_REF || TREE_CODE(base) == TARGET_MEM_REF) && !TREE_READONLY(base);
}

/// Is it an access to memory that needs a hook and can get one?
bool needs_hook(tree ref) {
  if (ref == NULL_TREE || TREE_CODE(ref) == SSA_NAME || is_gimple_min_invariant(ref)) return false;
  if (!DECL_P(ref) && !REFERENCE_CLASS_P(ref)) return false;  // constructors, WITH_SIZE_EXPR
  const tree type = TREE_TYPE(ref);
  // Nothing is passed of an object of an empty class, and another object may lie at its address.
  if (int_size_in_bytes(type) <= 0 || is_empty_type(type)) return false;
  poly_int64 bit_size;
  poly_int64 bit_position;
  tree offset = NULL_TREE;
  machine_mode mode = VOIDmode;
  int is_unsigned = 0;
  int is_reversed = 0;
  int is_volatile = 0;
  const tree base = get_inner_reference(ref, &bit_size, &bit_position, &offset, &mode, &is_unsigned,
                                        &is_reversed, &is_volatile);
  if (!may_be_shared(base)) return false;
  return !may_be_nonaddressable_p(ref) && get_object_alignment(ref) >= BITS_PER_UNIT;
}

/// A bit-field has no address. (None of a call's operands is one; inline assembly's cannot be either.)
bool is_bit_field(tree ref) {
  return TREE_CODE(ref) == BIT_FIELD_REF ||
         (TREE_CODE(ref) == COMPONENT_REF && DECL_BIT_FIELD_TYPE(TREE_OPERAND(ref, 1)));
}

void add(gimple_seq* seq, gimple* stmt, location_t where) {
  gimple_set_location(stmt, where);
  gimple_seq_add_stmt_without_update(seq, stmt);
}

/// Appends the call of a hook for an access to all of `ref`: the very one that tsan would choose for an assignment.
void add_hook(gimple_seq* seq, tree ref, Access access, location_t where) {
  const auto size = static_cast<unsigned HOST_WIDE_INT>(int_size_in_bytes(TREE_TYPE(ref)));
  const unsigned alignment = get_object_alignment(ref);
  gimple_seq address_seq = nullptr;
  const tree address =
      force_gimple_operand(build_fold_addr_expr(unshare_expr(ref)), &address_seq, true, NULL_TREE);
  gimple_seq_add_seq_without_update(seq, address_seq);
  const bool is_write = access == Access::write;
  if ((size & (size - 1)) != 0 || size > 16 || alignment < MIN(size, 8) * BITS_PER_UNIT) {
    const tree hook = builtin_decl_implicit(is_write ? BUILT_IN_TSAN_WRITE_RANGE : BUILT_IN_TSAN_READ_RANGE);
    add(seq, gimple_build_call(hook, 2, address, build_int_cst(size_type_node, size)), where);
    return;
  }
  // The builtins for 1, 2, 4, 8 and 16 bytes follow one another.
  const int first = is_write ? BUILT_IN_TSAN_WRITE1 : BUILT_IN_TSAN_READ1;
  const tree hook = builtin_decl_implicit(static_cast<built_in_function>(first + exact_log2(size)));
  add(seq, gimple_build_call(hook, 1, address), where);
}

/// As above, for `size` bytes at an address, for functions like memcpy.
void add_range_hook(gimple_seq* seq, tree pointer, tree size, Access access, location_t where) {
  if (integer_zerop(size)) return;
  if (TREE_CODE(pointer) == ADDR_EXPR) {
    const tree base = get_base_address(TREE_OPERAND(pointer, 0));
    if (base == NULL_TREE || !may_be_shared(base)) return;
  }
  const tree hook =
      builtin_decl_implicit(access == Access::write ? BUILT_IN_TSAN_WRITE_RANGE : BUILT_IN_TSAN_READ_RANGE);
  add(seq, gimple_build_call(hook, 2, unshare_expr(pointer), unshare_expr(size)), where);
}

/// May a copy of an operand be made in a temporary?
bool may_be_copied(tree type) {
  return !TREE_ADDRESSABLE(type) && COMPLETE_TYPE_P(type) && int_size_in_bytes(type) > 0 &&
         int_size_in_bytes(type) <= kLargestCopy;
}

tree make_temporary(tree type) {
  type = TYPE_MAIN_VARIANT(type);  // without const and volatile
  if (is_gimple_reg_type(type)) return make_ssa_name(type);
  return create_tmp_var(type, "selvage_operand");
}

/// Only with -fnon-call-exceptions: a new assignment would have to end its block, with an edge to the handler.
bool could_throw(gimple* stmt) {
  return cfun->can_throw_non_call_exceptions && stmt_could_throw_p(cfun, stmt);
}

void insert_before(gimple* stmt, gimple_seq seq) {
  if (seq == nullptr) return;
  gimple_stmt_iterator at = gsi_for_stmt(stmt);
  gsi_insert_seq_before(&at, seq, GSI_SAME_STMT);
}

/// The edge that a call which ends its block takes when it returns; none if it does not return.
edge normal_successor(gimple* call) { return find_fallthru_edge(gimple_bb(call)->succs); }

/// Can something be put behind the call?
bool returns_here(gimple* call) { return !stmt_ends_bb_p(call) || normal_successor(call) != nullptr; }

void insert_after(gimple* call, gimple_seq seq) {
  if (seq == nullptr) return;
  // What may throw is the last of its block. Nothing has been written then when it does throw.
  if (stmt_ends_bb_p(call)) {
    gsi_insert_seq_on_edge_immediate(normal_successor(call), seq);
    return;
  }
  gimple_stmt_iterator at = gsi_for_stmt(call);
  gsi_insert_seq_after(&at, seq, GSI_NEW_STMT);
}

/// Is it a function of a library's, that has no hooks of its own?
bool is_library_function(gcall* call) {
  const tree callee = gimple_call_fndecl(call);
  return callee != NULL_TREE && DECL_EXTERNAL(callee) && DECL_IN_SYSTEM_HEADER(callee);
}

bool handle_arguments(gcall* call) {
  gimple_seq seq = nullptr;
  bool is_changed = false;
  for (unsigned i = 0; i < gimple_call_num_args(call); ++i) {
    const tree argument = gimple_call_arg(call, i);
    if (!needs_hook(argument)) continue;
    if (may_be_copied(TREE_TYPE(argument))) {
      const tree copy = make_temporary(TREE_TYPE(argument));
      gassign* const assign = gimple_build_assign(copy, unshare_expr(argument));
      if (!could_throw(assign)) {
        add(&seq, assign, gimple_location(call));
        gimple_call_set_arg(call, i, copy);
        is_changed = true;
        continue;
      }
    }
    if (!is_bit_field(argument)) add_hook(&seq, argument, Access::read, gimple_location(call));
  }
  if (seq == nullptr) return false;
  insert_before(call, seq);
  if (is_changed) update_stmt(call);
  return true;
}

bool handle_result(gcall* call) {
  const tree lhs = gimple_call_lhs(call);
  if (!needs_hook(lhs) || !returns_here(call)) return false;
  const location_t where = gimple_location(call);
  const tree type = TREE_TYPE(lhs);
  gimple_seq seq = nullptr;
  if (!gimple_call_return_slot_opt_p(call) && may_be_copied(type)) {
    const tree result = make_temporary(type);
    gassign* const assign = gimple_build_assign(unshare_expr(lhs), result);
    if (!could_throw(assign)) {
      add(&seq, assign, where);
      gimple_call_set_lhs(call, result);
      if (TREE_CODE(result) == SSA_NAME) SSA_NAME_DEF_STMT(result) = call;
      update_stmt(call);
      insert_after(call, seq);
      return true;
    }
  }
  if (is_bit_field(lhs) || (TREE_ADDRESSABLE(type) && !is_library_function(call))) return false;
  add_hook(&seq, lhs, Access::write, where);
  insert_after(call, seq);
  return true;
}

/// memcpy and its like as the compiler's own functions (the source's memcpy is not one with -fno-builtin). Where it
/// does call the library the runtime sees the same accesses twice, which makes no difference.
bool handle_memory_function(gcall* call) {
  if (!gimple_call_builtin_p(call, BUILT_IN_NORMAL)) return false;
  const auto argument = [call](unsigned i) { return gimple_call_arg(call, i); };
  const location_t where = gimple_location(call);
  gimple_seq seq = nullptr;
  switch (DECL_FUNCTION_CODE(gimple_call_fndecl(call))) {
    case BUILT_IN_MEMCPY:
    case BUILT_IN_MEMCPY_CHK:
    case BUILT_IN_MEMMOVE:
    case BUILT_IN_MEMMOVE_CHK:
    case BUILT_IN_MEMPCPY:
    case BUILT_IN_MEMPCPY_CHK:
      add_range_hook(&seq, argument(1), argument(2), Access::read, where);
      add_range_hook(&seq, argument(0), argument(2), Access::write, where);
      break;
    case BUILT_IN_BCOPY:
      add_range_hook(&seq, argument(0), argument(2), Access::read, where);
      add_range_hook(&seq, argument(1), argument(2), Access::write, where);
      break;
    case BUILT_IN_MEMSET:
    case BUILT_IN_MEMSET_CHK:
      add_range_hook(&seq, argument(0), argument(2), Access::write, where);
      break;
    case BUILT_IN_BZERO:
      add_range_hook(&seq, argument(0), argument(1), Access::write, where);
      break;
    case BUILT_IN_BCMP:
    case BUILT_IN_MEMCMP:
    case BUILT_IN_MEMCMP_EQ:
      add_range_hook(&seq, argument(0), argument(2), Access::read, where);
      add_range_hook(&seq, argument(1), argument(2), Access::read, where);
      break;
    default:
      return false;
  }
  if (seq == nullptr) return false;
  insert_before(call, seq);
  return true;
}

bool handle_call(gcall* call) {
  if (gimple_call_internal_p(call) || gimple_call_from_thunk_p(call) || gimple_call_must_tail_p(call))
    return false;
  bool is_changed = handle_memory_function(call);
  is_changed |= handle_arguments(call);
  is_changed |= handle_result(call);
  return is_changed;
}

/// A return reads its operand where the value goes back in registers. (Else the operand is where it goes.)
bool handle_return(greturn* stmt) {
  const tree value = gimple_return_retval(stmt);
  if (value == NULL_TREE || aggregate_value_p(DECL_RESULT(cfun->decl), cfun->decl)) return false;
  if (!needs_hook(value) || is_bit_field(value)) return false;
  gimple_seq seq = nullptr;
  add_hook(&seq, value, Access::read, gimple_location(stmt));
  insert_before(stmt, seq);
  return true;
}

/// There is inline assembly in this unit that is atomic: to take it for nothing would be wrong, too.
bool has_atomic_assembly = false;

bool touches_memory(gasm* stmt) {
  for (unsigned i = 0; i < gimple_asm_ninputs(stmt); ++i) {
    if (needs_hook(TREE_VALUE(gimple_asm_input_op(stmt, i)))) return true;
  }
  for (unsigned i = 0; i < gimple_asm_noutputs(stmt); ++i) {
    if (needs_hook(TREE_VALUE(gimple_asm_output_op(stmt, i)))) return true;
  }
  for (unsigned i = 0; i < gimple_asm_nclobbers(stmt); ++i) {
    if (std::strcmp(TREE_STRING_POINTER(TREE_VALUE(gimple_asm_clobber_op(stmt, i))), "memory") == 0)
      return true;
  }
  return false;
}

/// The operands, in the order in which the template numbers them.
auto_vec<tree> operands_of(gasm* stmt) {
  auto_vec<tree> all;
  for (unsigned i = 0; i < gimple_asm_noutputs(stmt); ++i)
    all.safe_push(TREE_VALUE(gimple_asm_output_op(stmt, i)));
  for (unsigned i = 0; i < gimple_asm_ninputs(stmt); ++i)
    all.safe_push(TREE_VALUE(gimple_asm_input_op(stmt, i)));
  return all;
}

/// Inline assembly that is one atomic step on one operand gets a hook before and one after. False where nobody can tell.
bool handle_atomic_asm(gasm* stmt, const std::string& code, bool* is_changed) {
  const auto_vec<tree> operands = operands_of(stmt);
  std::vector<bool> in_memory;
  for (unsigned i = 0; i < operands.length(); ++i)
    in_memory.push_back(!is_gimple_reg(operands[i]) && !is_gimple_min_invariant(operands[i]));
  const auto found = selvage_plugin::atomic_operand(code, in_memory, '%');
  if (!found || gimple_asm_nlabels(stmt) != 0 || stmt_ends_bb_p(stmt)) return false;
  const tree place = operands[*found];
  const HOST_WIDE_INT size = int_size_in_bytes(TREE_TYPE(place));
  if (size <= 0 || size > 16 || (size & (size - 1)) != 0 || is_bit_field(place)) return false;
  const bool is_shared = needs_hook(place);  // not a variable of this function alone
  // The builtins for 1, 2, 4, 8 and 16 bytes follow one another.
  const tree hook = builtin_decl_implicit(
      static_cast<built_in_function>(BUILT_IN_TSAN_ATOMIC8_FETCH_OR + exact_log2(size)));
  if (hook == NULL_TREE) return false;
  const tree type = TREE_VALUE(TREE_CHAIN(TYPE_ARG_TYPES(TREE_TYPE(hook))));
  gimple_seq before = nullptr, after = nullptr;
  const location_t where = gimple_location(stmt);
  const auto is_other = [&](tree operand) {
    return needs_hook(operand) && !is_bit_field(operand) && !operand_equal_p(operand, place, OEP_ADDRESS_OF);
  };
  for (unsigned i = 0; i < gimple_asm_ninputs(stmt); ++i) {
    const tree other = TREE_VALUE(gimple_asm_input_op(stmt, i));
    if (is_other(other)) add_hook(&before, other, Access::read, where);
  }
  gimple_seq address_seq = nullptr;
  const tree address =
      force_gimple_operand(build_fold_addr_expr(unshare_expr(place)), &address_seq, true, NULL_TREE);
  gimple_seq_add_seq_without_update(&before, address_seq);
  const auto call = [&](gimple_seq* seq, int order) {
    add(seq,
        gimple_build_call(hook, 3, address, build_int_cst(type, 0), build_int_cst(integer_type_node, order)),
        where);
  };
  if (is_shared) {
    call(&before, selvage_plugin::kBeforeAssembly);
    call(&after, selvage_plugin::kAfterAssembly);
  }
  // A register that is stored where others see it: when the step has been taken.
  for (unsigned i = 0; i < gimple_asm_noutputs(stmt); ++i) {
    const tree other = TREE_VALUE(gimple_asm_output_op(stmt, i));
    if (is_other(other)) add_hook(&after, other, Access::write, where);
  }
  insert_before(stmt, before);
  insert_after(stmt, after);
  *is_changed = true;
  return true;
}

bool handle_asm(gasm* stmt) {
  const std::string code = selvage_plugin::instructions_of(gimple_asm_string(stmt));
  if (selvage_plugin::is_atomic(code, touches_memory(stmt))) {
    bool is_changed = false;
    if (!handle_atomic_asm(stmt, code, &is_changed)) has_atomic_assembly = true;
    return is_changed;
  }
  if (selvage_plugin::makes_no_plain_access(code)) return false;
  const bool is_empty = selvage_plugin::does_nothing(code);
  const unsigned inputs = gimple_asm_ninputs(stmt);
  const unsigned outputs = gimple_asm_noutputs(stmt);
  gimple_seq seq = nullptr;
  // An empty template with an operand in memory only keeps the compiler from knowing its value.
  for (unsigned i = 0; i < inputs && !is_empty; ++i) {
    const tree value = TREE_VALUE(gimple_asm_input_op(stmt, i));
    if (needs_hook(value) && !is_bit_field(value)) add_hook(&seq, value, Access::read, gimple_location(stmt));
  }
  for (unsigned i = 0; i < outputs; ++i) {
    const tree value = TREE_VALUE(gimple_asm_output_op(stmt, i));
    if (!needs_hook(value) || is_bit_field(value)) continue;
    const char* constraint = TREE_STRING_POINTER(TREE_VALUE(TREE_PURPOSE(gimple_asm_output_op(stmt, i))));
    bool allows_memory = false;
    bool allows_register = false;
    bool is_inout = false;
    if (!parse_output_constraint(&constraint, static_cast<int>(i), static_cast<int>(inputs),
                                 static_cast<int>(outputs), &allows_memory, &allows_register, &is_inout)) {
      continue;
    }
    if (is_empty && allows_memory) continue;
    add_hook(&seq, value, Access::write, gimple_location(stmt));
  }
  if (seq == nullptr) return false;
  insert_before(stmt, seq);
  return true;
}

const pass_data kPassData = {
    GIMPLE_PASS, "selvage_call_operands", OPTGROUP_NONE, TV_NONE, PROP_ssa | PROP_cfg, 0, 0, 0, 0,
};

class CallOperands : public gimple_opt_pass {
 public:
  /// The pass before `tsan`, or the one before `tsan0`, which comes later, also where the former was there already.
  CallOperands(gcc::context* context, bool is_last)
      : gimple_opt_pass(kPassData, context), is_last_{is_last} {}

  // `tsan` is there twice, for -Og and for the other levels.
  opt_pass* clone() override { return new CallOperands(m_ctxt, is_last_); }

  // The conditions of tsan's own passes, which know about no_sanitize_thread.
  bool gate(function*) override { return (!is_last_ || optimize == 0) && sanitize_flags_p(SANITIZE_THREAD); }

  unsigned int execute(function* f) override {
    initialize_sanitizer_builtins();
    // Statements are gathered first, as blocks come up when edges are split.
    auto_vec<gimple*> stmts;
    basic_block block = nullptr;
    FOR_EACH_BB_FN(block, f) {
      for (gimple_stmt_iterator at = gsi_start_bb(block); !gsi_end_p(at); gsi_next(&at)) {
        gimple* const stmt = gsi_stmt(at);
        if (is_gimple_call(stmt) || gimple_code(stmt) == GIMPLE_RETURN || gimple_code(stmt) == GIMPLE_ASM) {
          stmts.safe_push(stmt);
        }
      }
    }
    bool is_changed = false;
    unsigned i = 0;
    gimple* stmt = nullptr;
    FOR_EACH_VEC_ELT(stmts, i, stmt) {
      switch (gimple_code(stmt)) {
        case GIMPLE_CALL:
          is_changed |= handle_call(as_a<gcall*>(stmt));
          break;
        case GIMPLE_RETURN:
          is_changed |= handle_return(as_a<greturn*>(stmt));
          break;
        case GIMPLE_ASM:
          is_changed |= handle_asm(as_a<gasm*>(stmt));
          break;
        default:
          break;
      }
    }
    return is_changed ? TODO_update_ssa : 0;
  }

 private:
  bool is_last_;
};

/// __attribute__((no_sanitize("thread"))) asks not to be told of races, and would hide what the function does from the search as
/// well. So there is none.
void see_all_of(tree decl) {
  const tree attribute = lookup_attribute("no_sanitize", DECL_ATTRIBUTES(decl));
  if (attribute == NULL_TREE) return;
  const tree flags = TREE_VALUE(attribute);
  if (flags == NULL_TREE || TREE_CODE(flags) != INTEGER_CST) return;
  const unsigned HOST_WIDE_INT others =
      tree_to_uhwi(flags) & ~static_cast<unsigned HOST_WIDE_INT>(SANITIZE_THREAD);
  // A new one: functions may have a list in common.
  DECL_ATTRIBUTES(decl) = tree_cons(get_identifier("no_sanitize"), build_int_cst(TREE_TYPE(flags), others),
                                    remove_attribute("no_sanitize", copy_list(DECL_ATTRIBUTES(decl))));
}

void see_all_functions(void*, void*) {
  cgraph_node* node = nullptr;
  FOR_EACH_FUNCTION(node) see_all_of(node->decl);
}

/// A function that is called when the unit is loaded. Where the runtime is not Selvage's, there is no one to tell.
void sign(void*, void*) {
  // Without -fno-builtin the compiler puts code of its own in place of memcpy() and its like, and instruments none of it.
  if ((flag_sanitize & SANITIZE_THREAD) == 0 || flag_no_builtin == 0 || has_atomic_assembly) return;
  std::fputs(
      "\t.weak\t__selvage_whole_unit\n"
      "\t.section\t.text.selvage_whole_unit,\"ax\",@progbits\n"
      ".Lselvage_whole_unit:\n"
      "\tsubq\t$8, %rsp\n"
      "\tmovq\t__selvage_whole_unit@GOTPCREL(%rip), %rax\n"
      "\ttestq\t%rax, %rax\n"
      "\tje\t.Lselvage_whole_unit_end\n"
      "\tcall\t*%rax\n"
      ".Lselvage_whole_unit_end:\n"
      "\taddq\t$8, %rsp\n"
      "\tret\n"
      "\t.section\t.init_array,\"aw\"\n"
      "\t.p2align\t3\n"
      "\t.quad\t.Lselvage_whole_unit\n"
      "\t.text\n",
      asm_out_file);
}

}  // namespace

__attribute__((visibility("default"))) int plugin_init(plugin_name_args* plugin,
                                                       plugin_gcc_version* version) {
  if (!plugin_default_version_check(version, &gcc_version)) {
    error("plugin %qs was built for GCC %s (%s) and cannot be loaded by this build of GCC %s (%s)",
          plugin->base_name, gcc_version.basever, gcc_version.datestamp, version->basever,
          version->datestamp);
    return 1;
  }
  if (plugin->argc != 0) {
    error("plugin %qs has no option %qs", plugin->base_name, plugin->argv[0].key);
    return 1;
  }
  for (const bool is_last : {false, true}) {
    register_pass_info info;
    info.pass = new CallOperands(g, is_last);
    info.reference_pass_name = is_last ? "tsan0" : "tsan";
    info.ref_pass_instance_number = 0;  // all
    info.pos_op = PASS_POS_INSERT_BEFORE;
    register_callback(plugin->base_name, PLUGIN_PASS_MANAGER_SETUP, nullptr, &info);
  }
  register_callback(plugin->base_name, PLUGIN_ALL_IPA_PASSES_START, see_all_functions, nullptr);
  register_callback(plugin->base_name, PLUGIN_FINISH_UNIT, sign, nullptr);
  return 0;
}
