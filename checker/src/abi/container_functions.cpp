// The parts of std::map, std::set and std::list that are compiled into the C++ library: what they read and write of the nodes;
// and a few others that work on the program's objects.
// Where a tree is rebalanced that may be any node; its header stands for them, as everything that uses the tree reads that.
#include "abi/accesses.hpp"
#include "abi/export.hpp"

namespace {

// As the ABI of libstdc++ has them.
struct TreeNode {
  long color;
  TreeNode *parent, *left, *right;
};
struct ListNode {
  ListNode *next, *before;
};

}  // namespace

// Doors under mangled names.
SELVAGE_TELLS(void, _ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_,
              (bool left, TreeNode* node, TreeNode* parent, TreeNode* header), (left, node, parent, header),
              access.writes(node, sizeof *node);
              access.writes(parent, sizeof *parent);
              if (header != parent) access.writes(header, sizeof *header))
SELVAGE_TELLS(TreeNode*, _ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_,
              (TreeNode * node, TreeNode* header), (node, header), access.writes(node, sizeof *node);
              access.writes(header, sizeof *header))
SELVAGE_TELLS(TreeNode*, _ZSt18_Rb_tree_incrementPSt18_Rb_tree_node_base, (TreeNode * node), (node),
              access.reads(node, sizeof *node))
SELVAGE_TELLS(TreeNode*, _ZSt18_Rb_tree_incrementPKSt18_Rb_tree_node_base, (TreeNode * node), (node),
              access.reads(node, sizeof *node))
SELVAGE_TELLS(TreeNode*, _ZSt18_Rb_tree_decrementPSt18_Rb_tree_node_base, (TreeNode * node), (node),
              access.reads(node, sizeof *node))
SELVAGE_TELLS(TreeNode*, _ZSt18_Rb_tree_decrementPKSt18_Rb_tree_node_base, (TreeNode * node), (node),
              access.reads(node, sizeof *node))

SELVAGE_TELLS(void, _ZNSt8__detail15_List_node_base7_M_hookEPS0_, (ListNode * node, ListNode* position),
              (node, position), access.writes(node, sizeof *node);
              access.writes(&position->before, sizeof position->before);
              access.writes(&position->before->next, sizeof position->next))
SELVAGE_TELLS(void, _ZNSt8__detail15_List_node_base9_M_unhookEv, (ListNode * node), (node),
              access.reads(node, sizeof *node);
              access.writes(&node->next->before, sizeof node->before);
              access.writes(&node->before->next, sizeof node->next))
SELVAGE_TELLS(
    void, _ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_,
    (ListNode * position, ListNode* first, ListNode* last), (position, first, last), if (position != last) {
      for (ListNode* each : {position, first, last}) {
        access.writes(&each->before, sizeof each->before);
        access.writes(&each->before->next, sizeof each->next);
      }
    })
SELVAGE_TELLS(void, _ZNSt8__detail15_List_node_base10_M_reverseEv, (ListNode * header), (header), {
  ListNode* each = header;
  do {
    access.writes(each, sizeof *each);
    each = each->next;
  } while (each != header);
})
SELVAGE_TELLS(
    void, _ZNSt8__detail15_List_node_base4swapERS0_S1_, (ListNode * one, ListNode* other), (one, other),
    for (ListNode* each
         : {one, other}) {
      access.writes(&each->next->before, sizeof each->before);
      access.writes(&each->before->next, sizeof each->next);
      access.writes(each, sizeof *each);
    })

SELVAGE_TELLS(std::size_t, _ZSt11_Hash_bytesPKvmm, (const void* bytes, std::size_t length, std::size_t seed),
              (bytes, length, seed), access.reads(bytes, length))

// Objects of a word or more, of which the first word stands for all.
SELVAGE_TELLS(void*, _ZNSt6localeaSERKS_, (void* locale, const void* other), (locale, other),
              access.reads(other, sizeof(void*));
              access.writes(locale, sizeof(void*)))
SELVAGE_TELLS(void*, _ZNSt3pmr28unsynchronized_pool_resource11do_allocateEmm,
              (void* pool, std::size_t size, std::size_t alignment), (pool, size, alignment),
              access.writes(static_cast<void**>(pool) + 1, sizeof(void*)))
SELVAGE_TELLS(void, _ZNSt3pmr28unsynchronized_pool_resource13do_deallocateEPvmm,
              (void* pool, void* block, std::size_t size, std::size_t alignment),
              (pool, block, size, alignment), access.writes(static_cast<void**>(pool) + 1, sizeof(void*)))
