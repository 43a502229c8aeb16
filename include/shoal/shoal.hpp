// All of Shoal's public headers.
#pragma once

#include <shoal/array.hpp>
#include <shoal/bag.hpp>
#include <shoal/block.hpp>
#include <shoal/bound_call.hpp>
#include <shoal/chunks.hpp>
#include <shoal/client.hpp>
#include <shoal/compute.hpp>
#include <shoal/config.hpp>
#include <shoal/dataframe.hpp>
#include <shoal/delayed.hpp>
#include <shoal/dtype.hpp>
#include <shoal/error.hpp>
#include <shoal/future.hpp>
#include <shoal/io.hpp>
#include <shoal/kernel.hpp>
#include <shoal/ndarray.hpp>
#include <shoal/observer.hpp>
#include <shoal/table.hpp>
#include <shoal/value.hpp>
