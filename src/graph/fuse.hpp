// fuse(): one task for each chain in which a task's result is used once, by a task that uses
// nothing else. The chain's results never leave its worker, and the scheduler sees one task.
#pragma once

#include "graph/cull.hpp"

namespace shoal {

// Never fuses an output away, nor tasks of different Resources. Long chains are cut into pieces, so
// that a run can be stopped and its progress seen.
Subgraph fuse(Subgraph subgraph);

}  // namespace shoal
