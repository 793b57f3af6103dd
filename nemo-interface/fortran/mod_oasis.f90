!> OASIS for Fortran models, on Halocline: the names, arguments and numbers that hosts of OASIS are written for.
!!
!!     oasis_init_comp -> oasis_def_partition, oasis_def_var ... -> oasis_enddef
!!                     -> oasis_put | oasis_get ... -> oasis_terminate
!!
!! Exported is what hosts use, and nothing that they might declare themselves.
module mod_oasis_constants
   use, intrinsic :: iso_c_binding, only: c_int
   implicit none
   public

   integer, parameter :: ip_single_p = selected_real_kind(6, 37)
   integer, parameter :: ip_double_p = selected_real_kind(12, 307)
   integer, parameter :: ip_realwp_p = ip_double_p
   integer, parameter :: ip_i4_p = selected_int_kind(9)
   integer, parameter :: ip_i8_p = selected_int_kind(18)
   integer, parameter :: ip_intwp_p = ip_i4_p

   ! What put and get did, and what other calls return as kinfo
   integer(c_int), parameter :: OASIS_Ok = 0_c_int
   integer(c_int), parameter :: OASIS_Var_Uncpl = -1_c_int
   integer(c_int), parameter :: OASIS_NotDef = -2_c_int
   integer(c_int), parameter :: OASIS_Error = -10_c_int
   integer(c_int), parameter :: OASIS_InOut = 2_c_int
   integer(c_int), parameter :: OASIS_Recvd = 3_c_int
   integer(c_int), parameter :: OASIS_Sent = 4_c_int
   integer(c_int), parameter :: OASIS_LocTrans = 5_c_int
   integer(c_int), parameter :: OASIS_ToRest = 6_c_int
   integer(c_int), parameter :: OASIS_Output = 7_c_int
   integer(c_int), parameter :: OASIS_SentOut = 8_c_int
   integer(c_int), parameter :: OASIS_ToRestOut = 9_c_int
   integer(c_int), parameter :: OASIS_FromRest = 10_c_int
   integer(c_int), parameter :: OASIS_Input = 11_c_int
   integer(c_int), parameter :: OASIS_RecvOut = 12_c_int
   integer(c_int), parameter :: OASIS_FromRestOut = 13_c_int
   integer(c_int), parameter :: OASIS_WaitGroup = 14_c_int

   ! Direction of a variable, and kind of its values
   integer(c_int), parameter :: OASIS_Out = 20_c_int
   integer(c_int), parameter :: OASIS_In = 21_c_int
   integer(c_int), parameter :: OASIS_Real = 4_c_int
   integer(c_int), parameter :: OASIS_Double = 8_c_int

   ! Strategies of a partition, the first element of kparal
   integer(c_int), parameter :: OASIS_Serial = 0_c_int
   integer(c_int), parameter :: OASIS_Apple = 1_c_int
   integer(c_int), parameter :: OASIS_Box = 2_c_int
   integer(c_int), parameter :: OASIS_Orange = 3_c_int
   integer(c_int), parameter :: OASIS_Points = 4_c_int
   integer(c_int), parameter :: OASIS_Cube = 5_c_int

   ! Positions in kparal
   integer(c_int), parameter :: OASIS_Strategy = 1_c_int
   integer(c_int), parameter :: OASIS_Offset = 2_c_int
   integer(c_int), parameter :: OASIS_Segments = 2_c_int
   integer(c_int), parameter :: OASIS_Npoints = 2_c_int
   integer(c_int), parameter :: OASIS_Length = 3_c_int
   integer(c_int), parameter :: OASIS_SizeX = 3_c_int
   integer(c_int), parameter :: OASIS_SizeY = 4_c_int
   integer(c_int), parameter :: OASIS_LdX = 5_c_int
   integer(c_int), parameter :: OASIS_LdY = 6_c_int
   integer(c_int), parameter :: OASIS_LdZ = 7_c_int

   ! Lengths of kparal
   integer(c_int), parameter :: OASIS_Serial_Params = 3_c_int
   integer(c_int), parameter :: OASIS_Apple_Params = 3_c_int
   integer(c_int), parameter :: OASIS_Box_Params = 5_c_int
   integer(c_int), parameter :: OASIS_Cube_Params = 7_c_int

contains

   !> Length of kparal for an orange.
   pure function OASIS_Orange_Params(segments)
      integer(c_int), intent(in) :: segments
      integer(c_int) :: OASIS_Orange_Params
      OASIS_Orange_Params = 2_c_int + 2_c_int*segments
   end function OASIS_Orange_Params

   !> Length of kparal for points.
   pure function OASIS_Points_Params(points)
      integer(c_int), intent(in) :: points
      integer(c_int) :: OASIS_Points_Params
      OASIS_Points_Params = 2_c_int + points
   end function OASIS_Points_Params
end module mod_oasis_constants

module mod_oasis
   use halocline_oasis_component, only: oasis_init_comp => init_comp, oasis_get_localcomm => get_localcomm, &
      oasis_set_couplcomm => set_couplcomm, oasis_create_couplcomm => create_couplcomm, &
      oasis_def_partition => def_partition, oasis_def_var => def_var, oasis_enddef => enddef, &
      oasis_terminate => terminate, oasis_put_inquire => put_inquire, oasis_get_ncpl => get_ncpl, &
      oasis_get_freqs => get_freqs, oasis_get_intercomm => get_intercomm, oasis_get_intracomm => get_intracomm, &
      oasis_get_multi_intracomm => get_multi_intracomm, oasis_get_debug => get_debug, oasis_set_debug => set_debug, &
      oasis_abort => abort_job
   use halocline_oasis_exchange, only: oasis_get => get_field, oasis_put => put_field
   use halocline_oasis_grids, only: oasis_start_grids_writing => start_grids_writing, &
      oasis_write_grid => write_grid, oasis_write_corner => write_corner, oasis_write_mask => write_mask, &
      oasis_write_frac => write_frac, oasis_write_area => write_area, oasis_write_angle => write_angle, &
      oasis_terminate_grids_writing => terminate_grids_writing
   use mod_oasis_constants, only: ip_single_p, ip_double_p, ip_realwp_p, ip_i4_p, ip_i8_p, ip_intwp_p, OASIS_Ok, &
      OASIS_Var_Uncpl, OASIS_NotDef, OASIS_Error, OASIS_InOut, OASIS_Recvd, OASIS_Sent, OASIS_LocTrans, &
      OASIS_ToRest, OASIS_Output, OASIS_SentOut, OASIS_ToRestOut, OASIS_FromRest, OASIS_Input, OASIS_RecvOut, &
      OASIS_FromRestOut, OASIS_WaitGroup, OASIS_Out, OASIS_In, OASIS_Real, OASIS_Double, OASIS_Serial, OASIS_Apple, &
      OASIS_Box, OASIS_Orange, OASIS_Points, OASIS_Strategy, OASIS_Offset, OASIS_Segments, OASIS_Npoints, &
      OASIS_Length, OASIS_SizeX, OASIS_SizeY, OASIS_LdX, OASIS_LdY, OASIS_LdZ, OASIS_Cube, OASIS_Serial_Params, &
      OASIS_Apple_Params, OASIS_Box_Params, OASIS_Cube_Params, OASIS_Orange_Params, OASIS_Points_Params
   implicit none
   private

   ! Begin and end
   public :: oasis_init_comp                 ! (mynummod, cdnam [, kinfo] [, coupled] [, commworld])
   public :: oasis_enddef                    ! ([kinfo])
   public :: oasis_terminate                 ! ([kinfo])
   public :: oasis_abort                     ! ([id_compid] [, cd_routine] [, cd_message] [, file] [, line] [, rcode])

   ! Communicators
   public :: oasis_get_localcomm             ! (localcomm [, kinfo])
   public :: oasis_create_couplcomm          ! (icpl, allcomm, cplcomm [, kinfo])
   public :: oasis_set_couplcomm             ! (localcomm [, kinfo])
   public :: oasis_get_intracomm             ! (new_comm, cdnam [, kinfo])
   public :: oasis_get_intercomm             ! (new_comm, cdnam [, kinfo])
   public :: oasis_get_multi_intracomm       ! (new_comm, cdnam(:), root_ranks(:) [, kinfo])

   ! Partitions and variables
   public :: oasis_def_partition             ! (id_part, kparal(:) [, kinfo] [, ig_size] [, name])
   public :: oasis_def_var                   ! (id_nports, cdport, id_part, id_var_nodims(2), kinout [, id_var_shape(:)], ktype [, kinfo])
   public :: oasis_get_ncpl                  ! (var_id, ncpl [, kinfo])
   public :: oasis_get_freqs                 ! (var_id, mop, ncpl, freqs [, kinfo]); freqs an array, or a scalar for one

   ! Fields
   public :: oasis_put                       ! (var_id, kstep, fld1, kinfo [, fld2 .. fld5] [, write_restart])
   public :: oasis_get                       ! (var_id, kstep, fld, kinfo)
   public :: oasis_put_inquire               ! (var_id, msec, kinfo)

   ! Grids
   public :: oasis_start_grids_writing       ! (iwrite)
   public :: oasis_write_grid                ! (cgrid, nx, ny, lon, lat [, partid])
   public :: oasis_write_corner              ! (cgrid, nx, ny, nc, clon, clat [, partid])
   public :: oasis_write_mask                ! (cgrid, nx, ny, mask [, partid] [, companion])
   public :: oasis_write_frac                ! (cgrid, nx, ny, frac [, partid] [, companion])
   public :: oasis_write_area                ! (cgrid, nx, ny, area [, partid])
   public :: oasis_write_angle               ! (cgrid, nx, ny, angle [, partid])
   public :: oasis_terminate_grids_writing   ! ()

   ! Logs
   public :: oasis_get_debug                 ! (debug [, kinfo])
   public :: oasis_set_debug                 ! (debug [, kinfo])

   ! Constants
   public :: ip_single_p, ip_double_p, ip_realwp_p, ip_i4_p, ip_i8_p
   public :: ip_intwp_p, OASIS_Ok, OASIS_Var_Uncpl, OASIS_NotDef, OASIS_Error
   public :: OASIS_InOut, OASIS_Recvd, OASIS_Sent, OASIS_LocTrans, OASIS_ToRest
   public :: OASIS_Output, OASIS_SentOut, OASIS_ToRestOut, OASIS_FromRest, OASIS_Input
   public :: OASIS_RecvOut, OASIS_FromRestOut, OASIS_WaitGroup, OASIS_Out, OASIS_In
   public :: OASIS_Real, OASIS_Double, OASIS_Serial, OASIS_Apple, OASIS_Box
   public :: OASIS_Orange, OASIS_Points, OASIS_Strategy, OASIS_Offset, OASIS_Segments
   public :: OASIS_Npoints, OASIS_Length, OASIS_SizeX, OASIS_SizeY, OASIS_LdX
   public :: OASIS_LdY, OASIS_LdZ, OASIS_Cube, OASIS_Cube_Params
   public :: OASIS_Serial_Params, OASIS_Apple_Params, OASIS_Box_Params, OASIS_Orange_Params, OASIS_Points_Params
end module mod_oasis
