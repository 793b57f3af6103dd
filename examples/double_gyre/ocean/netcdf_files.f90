!> Restart, snapshots and time mean as NetCDF, written by rank 0.
!!
!! Every file is written under NAME.partial and renamed when complete: a file under its final
!! name is whole. Restarts hold the state in double precision, so a continued run equals an
!! uninterrupted one bit for bit.
module netcdf_files
   use, intrinsic :: iso_c_binding, only: c_char, c_int, c_null_char
   use, intrinsic :: iso_fortran_env, only: int64, real32, real64
   use netcdf
   use decomposition, only: box, gather, scatter
   use dynamics, only: ocean
   use failure, only: fail
   use settings, only: path_length, run_settings
   implicit none
   private
   public :: read_restart, write_restart, snapshots, open_snapshots, add_snapshot, close_snapshots, write_mean

   character(*), parameter :: names(3) = ['u', 'v', 'h']
   character(*), parameter :: units(3) = ['m/s', 'm/s', 'm  ']
   character(*), parameter :: long_names(3) = ['eastward velocity on east faces  ', &
      'northward velocity on north faces', 'thickness of the active layer    ']

   type :: snapshots
      character(path_length) :: file = ''
      integer :: id = -1, variables(3) = -1, time = -1, count = 0, coarsen = 1
   end type snapshots

   interface
      function c_rename(old, new) bind(c, name='rename') result(status)
         import :: c_char, c_int
         character(kind=c_char), intent(in) :: old(*), new(*)
         integer(c_int) :: status
      end function c_rename
   end interface

contains

   !> Read u, v, h and the date [s] of a restart or initial state of the run's own grid.
   subroutine read_restart(file, b, o, date)
      character(*), intent(in) :: file
      type(box), intent(in) :: b
      type(ocean), intent(inout) :: o
      integer(int64), intent(out) :: date
      integer :: id
      real(real64) :: seconds
      ! Every rank reads the date; rank 0 reads the fields and deals them out.
      call check(nf90_open(trim(file), NF90_NOWRITE, id), 'open', file)
      call check(nf90_get_att(id, NF90_GLOBAL, 'date_seconds', seconds), 'read attribute date_seconds of', file)
      date = int(seconds, int64)
      call scatter(b, read_field(id, file, 'u', b), o%u)
      call scatter(b, read_field(id, file, 'v', b), o%v)
      call scatter(b, read_field(id, file, 'h', b), o%h)
      call check(nf90_close(id), 'close', file)
   end subroutine read_restart

   function read_field(id, file, name, b) result(field)
      integer, intent(in) :: id
      character(*), intent(in) :: file, name
      type(box), intent(in) :: b
      real(real64), allocatable :: field(:, :)
      integer :: variable, dimensions(2), nx, ny
      character(120) :: text
      if (b%rank /= 0) then
         allocate (field(0, 0))
         return
      end if
      call check(nf90_inq_varid(id, name, variable), 'find '//name//' in', file)
      call check(nf90_inquire_variable(id, variable, dimids=dimensions), 'inquire '//name//' in', file)
      call check(nf90_inquire_dimension(id, dimensions(1), len=nx), 'inquire', file)
      call check(nf90_inquire_dimension(id, dimensions(2), len=ny), 'inquire', file)
      if (nx /= b%nx .or. ny /= b%ny) then
         write (text, '(a,i0," x ",i0)') ' is ', nx, ny
         text = name//text
         write (text(len_trim(text) + 1:), '(" cells, the grid ",i0," x ",i0)') b%nx, b%ny
         call fail(trim(file)//': '//trim(text), 'a state of the same grid', 'start_from or nx, ny in the namelist')
      end if
      allocate (field(nx, ny))
      call check(nf90_get_var(id, variable, field), 'read '//name//' of', file)
   end function read_field

   subroutine write_restart(file, s, b, o, date)
      character(*), intent(in) :: file
      type(run_settings), intent(in) :: s
      type(box), intent(in) :: b
      type(ocean), intent(in) :: o
      integer(int64), intent(in) :: date
      call write_state(file, s, b, 1, o%u, o%v, o%h, date)
   end subroutine write_restart

   !> Write the mean over `steps` time steps, averaged over boxes of s%coarsen cells.
   subroutine write_mean(file, s, b, sums, steps, date)
      character(*), intent(in) :: file
      type(run_settings), intent(in) :: s
      type(box), intent(in) :: b
      real(real64), intent(in) :: sums(0:, 0:, :)
      integer(int64), intent(in) :: steps, date
      real(real64) :: weight
      weight = 1/real(steps, real64)
      call write_state(file, s, b, s%coarsen, sums(:, :, 1)*weight, sums(:, :, 2)*weight, sums(:, :, 3)*weight, date)
   end subroutine write_mean

   subroutine write_state(file, s, b, coarsen, u, v, h, date)
      character(*), intent(in) :: file
      type(run_settings), intent(in) :: s
      type(box), intent(in) :: b
      integer, intent(in) :: coarsen
      real(real64), intent(in) :: u(0:, 0:), v(0:, 0:), h(0:, 0:)
      integer(int64), intent(in) :: date
      real(real64), allocatable :: whole(:, :, :)
      integer :: id, dimensions(2), variables(3), n
      whole = whole_fields(b, coarsen, u, v, h)
      if (b%rank /= 0) return
      call create(file, s, coarsen, id, dimensions)
      call check(nf90_put_att(id, NF90_GLOBAL, 'date_seconds', real(date, real64)), 'write', file)
      do n = 1, 3
         call define(id, file, n, NF90_DOUBLE, dimensions, variables(n))
      end do
      call check(nf90_enddef(id), 'write', file)
      do n = 1, 3
         call check(nf90_put_var(id, variables(n), whole(:, :, n)), 'write', file)
      end do
      call check(nf90_close(id), 'close', file)
      call publish(file)
   end subroutine write_state

   function open_snapshots(file, s, b) result(w)
      character(*), intent(in) :: file
      type(run_settings), intent(in) :: s
      type(box), intent(in) :: b
      type(snapshots) :: w
      integer :: dimensions(2), time_dimension, n
      w%file = file; w%coarsen = s%coarsen
      if (b%rank /= 0 .or. file == '') return
      call create(file, s, s%coarsen, w%id, dimensions)
      call check(nf90_def_dim(w%id, 'time', NF90_UNLIMITED, time_dimension), 'write', file)
      call check(nf90_def_var(w%id, 'time', NF90_DOUBLE, [time_dimension], w%time), 'write', file)
      call check(nf90_put_att(w%id, w%time, 'units', 'days since 2000-01-01 00:00:00'), 'write', file)
      do n = 1, 3
         call define(w%id, file, n, NF90_FLOAT, [dimensions, time_dimension], w%variables(n))
      end do
      call check(nf90_enddef(w%id), 'write', file)
   end function open_snapshots

   subroutine add_snapshot(w, b, o, date)
      type(snapshots), intent(inout) :: w
      type(box), intent(in) :: b
      type(ocean), intent(in) :: o
      integer(int64), intent(in) :: date
      real(real64), allocatable :: whole(:, :, :)
      integer :: n
      if (w%file == '') return
      whole = whole_fields(b, w%coarsen, o%u, o%v, o%h)
      if (b%rank /= 0) return
      w%count = w%count + 1
      call check(nf90_put_var(w%id, w%time, real(date, real64)/86400, start=[w%count]), 'write', w%file)
      do n = 1, 3
         call check(nf90_put_var(w%id, w%variables(n), real(whole(:, :, n), real32), &
            start=[1, 1, w%count], count=[size(whole, 1), size(whole, 2), 1]), 'write', w%file)
      end do
   end subroutine add_snapshot

   subroutine close_snapshots(w, b)
      type(snapshots), intent(in) :: w
      type(box), intent(in) :: b
      if (b%rank /= 0 .or. w%file == '') return
      call check(nf90_close(w%id), 'close', w%file)
      call publish(w%file)
   end subroutine close_snapshots

   !> u, v, h of the whole basin (x, y, 3) on rank 0, averaged over boxes of `coarsen` cells.
   function whole_fields(b, coarsen, u, v, h) result(whole)
      type(box), intent(in) :: b
      integer, intent(in) :: coarsen
      real(real64), intent(in) :: u(0:, 0:), v(0:, 0:), h(0:, 0:)
      real(real64), allocatable :: whole(:, :, :), fine(:, :)
      integer :: nx, ny
      nx = merge(b%nx/coarsen, 0, b%rank == 0); ny = merge(b%ny/coarsen, 0, b%rank == 0)
      allocate (whole(nx, ny, 3))
      fine = gather(b, u)
      if (b%rank == 0) whole(:, :, 1) = average_on_faces(fine, coarsen)
      fine = gather(b, v)
      if (b%rank == 0) whole(:, :, 2) = transpose(average_on_faces(transpose(fine), coarsen))
      fine = gather(b, h)
      if (b%rank == 0) whole(:, :, 3) = average_in_cells(fine, coarsen)
   end function whole_fields

   !> Mean over boxes centred on the coarse cells' east faces: half weight on the box's ends,
   !! zero on the wall.
   pure function average_on_faces(fine, c) result(coarse)
      real(real64), intent(in) :: fine(:, :)
      integer, intent(in) :: c
      real(real64) :: coarse(size(fine, 1)/c, size(fine, 2)/c)
      real(real64) :: total
      integer :: i, j, k, m
      if (c == 1) then
         coarse = fine
         return
      end if
      coarse = 0
      do j = 1, size(coarse, 2)
         do i = 1, size(coarse, 1) - 1
            total = 0
            do m = c*(j - 1) + 1, c*j
               total = total + 0.5_real64*(fine(c*i - c/2, m) + fine(c*i + c/2, m))
               do k = c*i - c/2 + 1, c*i + c/2 - 1
                  total = total + fine(k, m)
               end do
            end do
            coarse(i, j) = total/(c*c)
         end do
      end do
   end function average_on_faces

   pure function average_in_cells(fine, c) result(coarse)
      real(real64), intent(in) :: fine(:, :)
      integer, intent(in) :: c
      real(real64) :: coarse(size(fine, 1)/c, size(fine, 2)/c)
      integer :: i, j
      do j = 1, size(coarse, 2)
         do i = 1, size(coarse, 1)
            coarse(i, j) = sum(fine(c*(i - 1) + 1:c*i, c*(j - 1) + 1:c*j))/(c*c)
         end do
      end do
   end function average_in_cells

   subroutine create(file, s, coarsen, id, dimensions)
      character(*), intent(in) :: file
      type(run_settings), intent(in) :: s
      integer, intent(in) :: coarsen
      integer, intent(out) :: id, dimensions(2)
      call check(nf90_create(partial(file), NF90_64BIT_OFFSET, id), 'create', file)
      call check(nf90_def_dim(id, 'x', s%nx/coarsen, dimensions(1)), 'write', file)
      call check(nf90_def_dim(id, 'y', s%ny/coarsen, dimensions(2)), 'write', file)
      call check(nf90_put_att(id, NF90_GLOBAL, 'cell_size', s%cell_size*coarsen), 'write', file)
   end subroutine create

   subroutine define(id, file, n, kind, dimensions, variable)
      integer, intent(in) :: id, n, kind, dimensions(:)
      character(*), intent(in) :: file
      integer, intent(out) :: variable
      call check(nf90_def_var(id, names(n), kind, dimensions, variable), 'write', file)
      call check(nf90_put_att(id, variable, 'units', trim(units(n))), 'write', file)
      call check(nf90_put_att(id, variable, 'long_name', trim(long_names(n))), 'write', file)
   end subroutine define

   pure function partial(file) result(name)
      character(*), intent(in) :: file
      character(:), allocatable :: name
      name = trim(file)//'.partial'
   end function partial

   subroutine publish(file)
      character(*), intent(in) :: file
      if (c_rename(partial(file)//c_null_char, trim(file)//c_null_char) /= 0) &
         call fail('cannot rename '//partial(file)//' to '//trim(file), 'a writable directory', &
         'the file names in &files or the run directory')
   end subroutine publish

   subroutine check(status, action, file)
      integer, intent(in) :: status
      character(*), intent(in) :: action, file
      if (status /= NF90_NOERR) call fail('cannot '//action//' '//trim(file)//': '//trim(nf90_strerror(status)), &
         'a readable or writable NetCDF file', 'the file names in &files and start_from')
   end subroutine check

end module netcdf_files
