!> Where the elements of an array section are: first address, shape and strides, found without a copy.
!!
!! The address of a neighbour less that of the first element is the stride, whatever section the host passes.
module halocline_array
   use, intrinsic :: iso_c_binding, only: c_double, c_float, c_int64_t, c_intptr_t, c_loc, c_null_ptr, c_ptr, &
      c_size_t, c_sizeof
   implicit none
   private
   public :: section, describe

   !> An array as C takes it; axes (i, j, level), missing axes have extent 1.
   type :: section
      type(c_ptr) :: first = c_null_ptr                 !< address of the first element; null without elements
      integer(c_int64_t) :: shape(3) = 1_c_int64_t
      integer(c_int64_t) :: strides(3) = 0_c_int64_t    !< in elements; without meaning along an extent of 1
   end type section

   interface describe
      module procedure describe_f32_1
      module procedure describe_f32_2
      module procedure describe_f32_3
      module procedure describe_f64_1
      module procedure describe_f64_2
      module procedure describe_f64_3
   end interface describe

contains

   function describe_f32_1(array) result(where)
      real(c_float), intent(in), target :: array(:)
      type(section) :: where
      where%shape(1) = size(array, kind=c_int64_t)
      if (size(array) == 0) return
      where%first = c_loc(array(1))
      if (size(array, 1) > 1) where%strides(1) = elements(where%first, &
         c_loc(array(2)), c_sizeof(array(1)))
   end function describe_f32_1

   function describe_f32_2(array) result(where)
      real(c_float), intent(in), target :: array(:, :)
      type(section) :: where
      where%shape(1:2) = shape(array, c_int64_t)
      if (size(array) == 0) return
      where%first = c_loc(array(1, 1))
      if (size(array, 1) > 1) where%strides(1) = elements(where%first, &
         c_loc(array(2, 1)), c_sizeof(array(1, 1)))
      if (size(array, 2) > 1) where%strides(2) = elements(where%first, &
         c_loc(array(1, 2)), c_sizeof(array(1, 1)))
   end function describe_f32_2

   function describe_f32_3(array) result(where)
      real(c_float), intent(in), target :: array(:, :, :)
      type(section) :: where
      where%shape(1:3) = shape(array, c_int64_t)
      if (size(array) == 0) return
      where%first = c_loc(array(1, 1, 1))
      if (size(array, 1) > 1) where%strides(1) = elements(where%first, &
         c_loc(array(2, 1, 1)), c_sizeof(array(1, 1, 1)))
      if (size(array, 2) > 1) where%strides(2) = elements(where%first, &
         c_loc(array(1, 2, 1)), c_sizeof(array(1, 1, 1)))
      if (size(array, 3) > 1) where%strides(3) = elements(where%first, &
         c_loc(array(1, 1, 2)), c_sizeof(array(1, 1, 1)))
   end function describe_f32_3

   function describe_f64_1(array) result(where)
      real(c_double), intent(in), target :: array(:)
      type(section) :: where
      where%shape(1) = size(array, kind=c_int64_t)
      if (size(array) == 0) return
      where%first = c_loc(array(1))
      if (size(array, 1) > 1) where%strides(1) = elements(where%first, &
         c_loc(array(2)), c_sizeof(array(1)))
   end function describe_f64_1

   function describe_f64_2(array) result(where)
      real(c_double), intent(in), target :: array(:, :)
      type(section) :: where
      where%shape(1:2) = shape(array, c_int64_t)
      if (size(array) == 0) return
      where%first = c_loc(array(1, 1))
      if (size(array, 1) > 1) where%strides(1) = elements(where%first, &
         c_loc(array(2, 1)), c_sizeof(array(1, 1)))
      if (size(array, 2) > 1) where%strides(2) = elements(where%first, &
         c_loc(array(1, 2)), c_sizeof(array(1, 1)))
   end function describe_f64_2

   function describe_f64_3(array) result(where)
      real(c_double), intent(in), target :: array(:, :, :)
      type(section) :: where
      where%shape(1:3) = shape(array, c_int64_t)
      if (size(array) == 0) return
      where%first = c_loc(array(1, 1, 1))
      if (size(array, 1) > 1) where%strides(1) = elements(where%first, &
         c_loc(array(2, 1, 1)), c_sizeof(array(1, 1, 1)))
      if (size(array, 2) > 1) where%strides(2) = elements(where%first, &
         c_loc(array(1, 2, 1)), c_sizeof(array(1, 1, 1)))
      if (size(array, 3) > 1) where%strides(3) = elements(where%first, &
         c_loc(array(1, 1, 2)), c_sizeof(array(1, 1, 1)))
   end function describe_f64_3

   !> Distance of two addresses in elements of `bytes` bytes.
   !!
   !! One that is no whole number of elements (reals inside a packed derived type) becomes one that C refuses.
   function elements(first, next, bytes) result(distance)
      type(c_ptr), intent(in) :: first, next
      integer(c_size_t), intent(in) :: bytes
      integer(c_int64_t) :: distance
      distance = int(transfer(next, 0_c_intptr_t) - transfer(first, 0_c_intptr_t), c_int64_t)
      if (mod(distance, int(bytes, c_int64_t)) == 0_c_int64_t) then
         distance = distance/int(bytes, c_int64_t)
      else
         distance = huge(distance)
      end if
   end function elements

end module halocline_array
