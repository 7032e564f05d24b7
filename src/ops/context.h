// What every operation gets: the kernels to call and the thread's place in its team. Operations run on all
// threads of the team at once (SPMD): each does its share and returns without waiting; the caller puts the
// barriers. They allocate nothing and cannot fail: shapes were checked when the model was loaded.
#pragma once

#include "kernels/kernel_table.h"
#include "threads/team.h"

namespace linnet::ops {

struct Context {
  const kernels::KernelTable& kernels;
  Team& team;
};

}  // namespace linnet::ops
